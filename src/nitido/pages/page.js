// Before/after sliders; without this script both pictures stand beside each other.
document.documentElement.classList.add("js");
for (const slider of document.querySelectorAll(".slider")) {
  const range = slider.querySelector("input");
  const move = () => slider.style.setProperty("--cut", range.value + "%");
  range.addEventListener("input", move);
  const drag = (event) => {
    const box = slider.querySelector(".stack").getBoundingClientRect();
    range.value = (100 * (event.clientX - box.left)) / box.width;
    move();
  };
  const stack = slider.querySelector(".stack");
  stack.addEventListener("pointermove", (event) => event.buttons && drag(event));
  stack.addEventListener("pointerdown", drag);
  move();
}

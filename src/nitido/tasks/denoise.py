"""Remove noise from photographs, of a level that is told or found."""

from nitido.tasks._task import Task

PUBLIC = Task(
    name="denoise",
    title="remove noise",
    undoes="Gaussian noise of sigma 0..75, photon noise and the noise of cameras, color and gray",
    weights="denoise",
    suites=(
        "cbsd68/gaussian_noise_15_8bit",
        "cbsd68/gaussian_noise_25_8bit",
        "cbsd68/gaussian_noise_50_8bit",
        "cc5/paired",
    ),
)

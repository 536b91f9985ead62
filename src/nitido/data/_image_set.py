"""What the catalogue says about one image set."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Download:
    """One file of a set that can be fetched without an account.

    Attributes
    ----------
    url : str
        Where it lies: ``https://`` or ``http://``.
    to : str
        Folder below the set's own that receives the pictures; ``.`` is the set's own.
    inside : str
        Folder within an archive that holds them; everything else in it is left out.
    size : int, optional
        Bytes, where known.
    sha256 : str, optional
        Of the file as it is served, where known.
    """

    url: str
    to: str = "."
    inside: str = ""
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class ImageSet:
    """An image set of the field.

    Attributes
    ----------
    name : str
        The name of its folder, by which recipes and suites ask for it.
    title : str
        Its name as papers write it.
    about : str
        What its pictures are.
    use : {"train", "eval", "both"}
        What papers use it for.
    folders : {str: int or None}
        Pictures in each of its folders, which are its splits, its pairs (``lq`` and ``gt``) or
        both; ``.`` is the set's own folder. None: the number is not known to us.
    terms : str
        What its authors allow; ``unknown`` where we do not know.
    address : str
        The page of its authors; empty where we know none.
    reference : str
        The paper to cite.
    part_of : str
        The set from which this one was taken.
    traps : (str, ...)
        What it must not be mixed or confused with.
    unverified : (str, ...)
        The attributes above that rest on one secondary source or on memory.
    downloads : (Download, ...)
        What ``nitido data fetch`` gets.
    """

    name: str
    title: str
    about: str
    use: str
    folders: dict[str, int | None]
    terms: str
    address: str = ""
    reference: str = ""
    part_of: str = ""
    traps: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    downloads: tuple[Download, ...] = field(default=(), repr=False)

    @property
    def paired(self) -> bool:
        """Whether it holds damaged and clean pictures of the same scenes."""
        return any(folder.rpartition("/")[2] == "gt" for folder in self.folders)

    @property
    def splits(self) -> dict[str, int | None]:
        """Pictures, or pairs, of each split; a set without splits has one, called ``all``."""
        counted: dict[str, int | None] = {}
        for folder, count in self.folders.items():
            split, _, side = folder.rpartition("/")
            if side not in ("lq", "gt"):
                split = folder
            if side != "lq" or not self.paired:  # a pair counts once
                counted["all" if split in ("", ".") else split] = count
        return counted

    @property
    def count(self) -> int | None:
        """All pictures, or pairs; None where a split's number is not known."""
        total = 0
        for count in self.splits.values():
            if count is None:
                return None
            total += count
        return total

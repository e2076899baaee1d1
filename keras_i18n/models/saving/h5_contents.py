"""Looks through an HDF5 file before Keras reads it: all that it names must lie in the file itself."""

import h5py

_SLACK = 1 << 16  # bytes that small data may take more than they have on the disk


def check(file: h5py.File, size: int) -> None:
    """Refuses a file that reaches out of itself, or that unfolds to more than it has on the disk.

    Args:
        file: open for reading.
        size: bytes of the file.

    Raises:
        ValueError: a link to another file, data kept elsewhere, put together of other data, or packed.

    Example:

    >>> import io, h5py
    >>> from keras_i18n.models.saving import h5_contents
    >>> with h5py.File(io.BytesIO(), "w") as file:
    ...     file["secret"] = h5py.ExternalLink("/etc/hostname", "x")
    ...     h5_contents.check(file, size=1000)
    Traceback (most recent call last):
    ...
    ValueError: it has a link to another place, 'secret'
    """
    unfolded = 0
    waiting = [(file, "")]
    seen = set()
    while waiting:
        group, place = waiting.pop()
        for name in group:
            link, told = group.get(name, getlink=True), f"{place}/{name}".lstrip("/")[:120]
            if not isinstance(link, h5py.HardLink):
                raise ValueError(f"it has a link to another place, '{told}'")
            entry = group[name]
            if entry.id in seen:
                raise ValueError(f"it has the same content twice, '{told}'")
            seen.add(entry.id)
            if isinstance(entry, h5py.Group):
                waiting.append((entry, told))
                continue
            if not isinstance(entry, h5py.Dataset):
                raise ValueError(f"it has neither a group nor data at '{told}'")
            if entry.external or entry.is_virtual:
                raise ValueError(f"it has data that are kept elsewhere, '{told}'")
            if entry.id.get_create_plist().get_nfilters():
                raise ValueError(f"it has packed data, '{told}'")
            unfolded += entry.nbytes
    if unfolded > size + _SLACK:
        raise ValueError(f"its data unfold to {unfolded:,} bytes, and it has {size:,}")

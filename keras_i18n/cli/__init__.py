"""The commands of `keras-i18n`; each is a file. They show what the library returns and hold no logic of their own."""

__all__ = []

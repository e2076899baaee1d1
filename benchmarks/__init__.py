"""Commands that measure; `figures` tells what they found."""

"""Words of one language in another: from sentence pairs and from word vectors."""

"""What is wrong with labelled texts, found before they train or judge a model: a file a kind of fault."""

"""What becomes of annotations before a training: which of them guide it, of what quality, and what controls take their place."""

"""重新计分: all open runs of a scheme scored anew by what is known now."""

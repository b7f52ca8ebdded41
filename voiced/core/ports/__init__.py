"""The seams: what each layer needs of another, as protocols."""

"""The drills, one file each. Nothing imports one by name; the registry finds them."""

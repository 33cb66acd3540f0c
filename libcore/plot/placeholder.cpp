// Gives way to the layer's first source.

"""The screens, and the questions that are asked on top of them."""

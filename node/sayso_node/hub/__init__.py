"""A hub as its owner sees it: the file of whom it carries, and the accounts that it holds."""

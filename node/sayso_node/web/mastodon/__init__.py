"""The interface of Mastodon for apps, as far as it makes sense for one owner's node."""

"""The look of what the owner chose: rules, labels, views, findings."""

"""An owner's file: values, where things stand, mistakes, and edits that keep the rest."""

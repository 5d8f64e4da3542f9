"""From matches to the page that a reader opens: build (pure), canonical JSON, render, publish."""

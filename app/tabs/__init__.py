"""The tabs, one module each. They meet only in app.main."""

"""What people hand in: looked at before it is kept, sealed where it lies, never shown as it came. Knows no case.

A file goes through `keeping.take_in`: counted, typed by its content, opened and rebuilt in a limited process, scanned,
sealed. It comes out through `keeping.handed_out` and `keeping.previewed`, and by no other way.
"""

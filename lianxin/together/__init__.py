"""联动: tasks of organs that handle a case together with its lead; uses cases."""

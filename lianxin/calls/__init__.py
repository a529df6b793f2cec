"""来电: what was said on the telephone, and the promise to call back; uses cases."""

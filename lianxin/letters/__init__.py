"""来信: batches, envelopes, scans, transcription and its proof-reading, the checker's reviews, what is posted out; uses cases."""

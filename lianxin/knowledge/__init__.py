"""政策知识: rules with their days, plain words, ready paragraphs, entitlement hints; knows no case."""

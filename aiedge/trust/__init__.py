"""Who made a bundle, and whether this machine believes them: keys, signatures, the policy (docs/signing.md)."""

//! Placeholder until the sled implementation lands.

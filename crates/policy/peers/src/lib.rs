//! Holds the benches in `benches/`.

//! The program `customs`.

fn main() {}

//! The course of one order, turn by turn.

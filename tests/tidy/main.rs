//! The invariants of the house, as tests: what a review would otherwise have to remember.

mod layers;
mod packages;
mod schemas;
mod source;

use source::Source;

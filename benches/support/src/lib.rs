//! What the benchmarks share.
//!
//! Reading order: [`options`] (what a person asks for), [`shipped`] (the programs as they are
//! released), [`task`] (one run of a core, and what it took), [`state`], [`usage`] and [`meter`]
//! (what that needs), [`numbers`] (medians, and how numbers are written), [`table`] and [`chart`]
//! (for people), [`record`] (for machines).

pub mod chart;
pub mod meter;
pub mod numbers;
pub mod options;
pub mod record;
pub mod shipped;
pub mod state;
pub mod table;
pub mod task;
pub mod usage;

//! Code that the benchmarks share.
//!
//! Reading order: [`options`] (the command line), [`shipped`] (release builds), [`task`] (one
//! measured run of a core) with [`state`], [`usage`] and [`meter`], [`numbers`] (medians and
//! formatting), [`table`], [`chart`] and [`record`] (the results).

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

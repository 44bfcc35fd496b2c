//! The code that `#[derive(Schema)]` generates.
//!
//! Reading order: [`descriptions`] (a whole schema), [`types`] (the types of attributes, and the
//! options), [`values`] (null and unknown values, and names).

mod descriptions;
mod types;
mod values;

//! What `#[derive(Schema)]` makes of structs.
//!
//! [`plugin`] has the runtime part. Reading order: [`descriptions`] (a schema as a whole),
//! [`types`] (what attributes can hold, and the options), [`values`] (what else is derived).

mod descriptions;
mod types;
mod values;

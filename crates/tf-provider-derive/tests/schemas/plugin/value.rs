//! Numbers, as the server has them.

use serde::{Deserialize, Serialize};

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Int(pub i64);

/// A number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Float(pub f64);

//! The one adapter from our functions to the framework's trait, beside
//! [`resource`](super::resource).
//!
//! A function implements [`Function`]: it is pure, so it gets no context, and it can reach nothing.

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::AttributePath;
use tf_provider::schema::{Description, FunctionSchema, Parameter, Type};

use super::diagnostics::{Diagnostic, Diagnostics};

/// A function that Terraform can call.
pub trait Function: Send + Sync + 'static {
    /// Its name, without the provider's.
    const NAME: &'static str;

    /// The arguments, a tuple.
    type Arguments: DeserializeOwned + Send;

    /// What it gives.
    type Output: Serialize + Send;

    /// How it is called.
    fn signature() -> FunctionSchema;

    /// Calls it.
    ///
    /// # Errors
    /// When the arguments have no answer.
    fn call(arguments: Self::Arguments) -> Result<Self::Output, Refusal>;
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The argument it is about, counted from 0; none when it is about several.
    pub argument: Option<i64>,
    /// A sentence for the user.
    pub reason: String,
}

impl Refusal {
    /// It is about the argument at `index`.
    pub fn of(index: i64, reason: impl Into<String>) -> Self {
        Self {
            argument: Some(index),
            reason: reason.into(),
        }
    }
}

/// A signature without the rare parts: nothing may be null or unknown, nothing is variadic.
pub fn signature<const N: usize>(
    summary: &str,
    description: &str,
    parameters: [(&str, Type, &str); N],
    return_type: Type,
) -> FunctionSchema {
    FunctionSchema {
        parameters: parameters
            .into_iter()
            .map(|(name, param_type, description)| Parameter {
                name: name.to_owned(),
                param_type,
                allow_null: false,
                allow_unknown: false,
                description: Description::markdown(description),
            })
            .collect(),
        variadic: None,
        return_type,
        summary: summary.to_owned(),
        description: Description::markdown(description),
        deprecated: None,
    }
}

/// Makes a [`Function`] what the framework serves.
#[derive(Debug)]
pub struct Adapter<F>(pub F);

#[async_trait]
impl<F: Function> tf_provider::Function for Adapter<F> {
    type Input<'a> = F::Arguments;
    type Output<'a> = F::Output;

    fn schema(&self, _: &mut tf_provider::Diagnostics) -> Option<FunctionSchema> {
        Some(F::signature())
    }

    async fn call<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        arguments: F::Arguments,
    ) -> Option<F::Output> {
        match F::call(arguments) {
            Ok(output) => Some(output),
            Err(Refusal { argument, reason }) => {
                // The core puts the function's or the argument's name before it: no summary of
                // ours.
                let diagnostic = Diagnostic::new(reason, "");
                let diagnostic = match argument {
                    Some(index) => diagnostic.at(AttributePath::function_argument(index)),
                    None => diagnostic,
                };
                let mut diagnostics = Diagnostics::default();
                diagnostics.error(diagnostic);
                diagnostics.report(diags);
                None
            }
        }
    }
}

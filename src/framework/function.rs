//! The trait of a function, [`Function`], and its adapter to tf-provider's.
//!
//! A function is pure, so it gets no context.

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::AttributePath;
use tf_provider::schema::{Description, FunctionSchema, Parameter, Type};

use super::diagnostics::{Diagnostic, Diagnostics};

/// A function that Terraform can call.
pub trait Function: Send + Sync + 'static {
    /// The name, without the provider's.
    const NAME: &'static str;

    /// The arguments, a tuple.
    type Arguments: DeserializeOwned + Send;

    /// The result.
    type Output: Serialize + Send;

    /// Returns the parameters and the type of the result.
    fn signature() -> FunctionSchema;

    /// Calls the function.
    ///
    /// # Errors
    /// When the arguments are invalid, or there is no result.
    fn call(arguments: Self::Arguments) -> Result<Self::Output, Refusal>;
}

/// The error of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The invalid argument, counted from 0, if it is only one.
    pub argument: Option<i64>,
    /// A sentence for the user.
    pub reason: String,
}

impl Refusal {
    /// Returns the error for the argument at `index`.
    pub fn of(index: i64, reason: impl Into<String>) -> Self {
        Self {
            argument: Some(index),
            reason: reason.into(),
        }
    }
}

/// Returns a signature in which nothing may be null or unknown and nothing is variadic.
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

/// Serves a [`Function`] as the framework's trait.
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
                // The core adds the name of the function or the argument.
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

//! What there is to say beside the value.

use converse_messages::{Converted, Error, Loss};

use crate::js;
use crate::options::Invalid;

/// Why there is no value.
pub enum Failure {
    Conversion(Error),
    Options(Invalid),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Conversion(error)
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self::Options(invalid)
    }
}

impl Failure {
    pub fn report(&self) {
        js::report(&match self {
            Self::Conversion(error) => format!(r#"{{"error":{}}}"#, json(error)),
            Self::Options(Invalid(name)) => format!(r#"{{"option":{}}}"#, json(name)),
        });
    }
}

/// The value, or nothing and why.
pub fn told<T: Default>(outcome: Result<T, Failure>) -> T {
    outcome.unwrap_or_else(|failure| {
        failure.report();
        T::default()
    })
}

/// The same, after the losses and the status have been told.
pub fn answered<T: Default>(outcome: Result<(Converted<T>, Option<u16>), Failure>) -> T {
    told(outcome.map(|(Converted { value, losses }, status)| {
        match status {
            Some(status) => js::report(&format!(r#"{{"losses":{},"status":{status}}}"#, listed(&losses))),
            None if !losses.is_empty() => js::report(&format!(r#"{{"losses":{}}}"#, listed(&losses))),
            None => {}
        }
        value
    }))
}

pub fn listed(losses: &[Loss]) -> String {
    json(&losses)
}

fn json(value: &impl serde::Serialize) -> String {
    // Losses and errors have string keys and no numbers: they serialize.
    serde_json::to_string(value).unwrap_or_default()
}

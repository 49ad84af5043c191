//! What a client may be told.

use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;

use crate::Options;

/// What a client may be told. The defaults are what the environment says.
///
/// ```
/// use converse_messages::bedrock::{Config, Credentials};
///
/// let config = Config {
///     region: Some("eu-central-1".into()),
///     credentials: Credentials::Profile("work".into()),
///     ..Config::default()
/// };
/// assert_eq!(config.max_retries, 2);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// The region. Default: `AWS_REGION`, else the profile's, else the instance's.
    pub region: Option<String>,
    /// Where the service is, instead of the region's endpoint: an absolute URL, to which `/model/…` is added. Default:
    /// `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, else `AWS_ENDPOINT_URL`, else the profile's, else the region's endpoint.
    pub base_url: Option<String>,
    /// Who calls.
    pub credentials: Credentials,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often a call is made again at most. Default: 2, as in the SDKs of both vendors.
    pub max_retries: u32,
    /// What is asked of conversions. Streams refuse no loss, whatever stands here.
    pub options: Options,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: None,
            base_url: None,
            credentials: Credentials::default(),
            timeouts: Timeouts::default(),
            max_retries: 2,
            options: Options::default(),
        }
    }
}

/// Who calls. `Debug` tells which way only, never a secret.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// The API key in `AWS_BEARER_TOKEN_BEDROCK`, else AWS's default chain: `AWS_ACCESS_KEY_ID` and its kin, the profile
    /// (`AWS_PROFILE`, else `default`) with its roles, its SSO session or its process, a web identity, the container's role, the
    /// instance's role.
    #[default]
    Environment,
    /// This profile of the shared files, whatever the environment holds.
    Profile(String),
    /// These keys.
    Keys {
        /// The access key's id.
        access_key_id: String,
        /// The secret access key.
        secret_access_key: String,
        /// The session token of temporary credentials.
        session_token: Option<String>,
    },
    /// This API key of Bedrock's. Calls are not signed then.
    Bearer(String),
    /// Whatever this provider gives, asked again before it expires.
    Provider(SharedCredentialsProvider),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "Environment",
            Self::Profile(name) => return f.debug_tuple("Profile").field(name).finish(),
            Self::Keys { .. } => "Keys(redacted)",
            Self::Bearer(_) => "Bearer(redacted)",
            Self::Provider(_) => "Provider",
        })
    }
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included. Default: 10 s.
    pub connect: Duration,
    /// From the start of an attempt until its response begins, the upload included. A whole answer begins when the model has
    /// ended. Default: 10 min.
    pub first_byte: Duration,
    /// For the next bytes of a response that has begun. It runs only while somebody waits for them. Default: 5 min.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), first_byte: Duration::from_secs(600), idle: Duration::from_secs(300) }
    }
}

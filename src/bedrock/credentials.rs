//! Who calls: from the configuration or the environment, kept until it expires.

use std::time::{Duration, SystemTime};

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_types::service_config::ServiceConfigKey;
use http::HeaderValue;
use tokio::sync::Mutex;

use super::http::ForAws;
use super::{Config, Credentials, Error, ErrorKind};

const BEARER_TOKEN: &str = "AWS_BEARER_TOKEN_BEDROCK";
/// Credentials are read again when they have less than this left.
const EARLY: Duration = Duration::from_secs(60);
/// Credentials that do not say when they expire are read again after this long: a file may have changed.
const UNSAID: Duration = Duration::from_secs(900);

/// How calls are authorised.
pub(super) enum Auth {
    /// The header `authorization`.
    Bearer(HeaderValue),
    SigV4(Kept),
}

/// What the configuration and the environment say together.
pub(super) struct Settings {
    pub(super) auth: Auth,
    pub(super) region: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) fips: bool,
}

impl Settings {
    /// Reads the environment, unless the configuration says all.
    pub(super) async fn load(config: &Config, http: ForAws) -> Result<Self, Error> {
        let given = |auth| Self { auth, region: config.region.clone(), base_url: config.base_url.clone(), fips: false };
        let auth = match &config.credentials {
            Credentials::Bearer(token) => Some(bearer(token)?),
            Credentials::Keys { access_key_id, secret_access_key, session_token } => {
                let keys = aws_credential_types::Credentials::new(
                    access_key_id,
                    secret_access_key,
                    session_token.clone(),
                    None,
                    "explicit",
                );
                Some(Auth::SigV4(Kept::new(SharedCredentialsProvider::new(keys))))
            }
            Credentials::Provider(provider) => Some(Auth::SigV4(Kept::new(provider.clone()))),
            Credentials::Profile(_) => None,
            Credentials::Environment => match std::env::var(BEARER_TOKEN) {
                Ok(token) if !token.is_empty() => Some(bearer(&token)?),
                _ => None,
            },
        };
        match auth {
            Some(auth) if config.base_url.is_some() && config.region.is_some() => Ok(given(auth)),
            Some(auth @ Auth::Bearer(_)) if config.base_url.is_some() => Ok(given(auth)),
            auth => Self::environment(config, auth, &sdk_config(config, http).await),
        }
    }

    fn environment(config: &Config, auth: Option<Auth>, sdk: &SdkConfig) -> Result<Self, Error> {
        let chain = || sdk.credentials_provider().map(|provider| Auth::SigV4(Kept::new(provider)));
        Ok(Self {
            auth: auth.or_else(chain).ok_or_else(|| Error::new(ErrorKind::Credentials, "no credentials"))?,
            region: sdk.region().map(|region| region.as_ref().to_owned()),
            base_url: config.base_url.clone().or_else(|| endpoint_url(sdk)),
            fips: sdk.use_fips().unwrap_or_default(),
        })
    }
}

async fn sdk_config(config: &Config, http: ForAws) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http.clone());
    if let Some(region) = &config.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Credentials::Profile(name) = &config.credentials {
        let region = config.region.clone().map(Region::new);
        let provider = ProviderConfig::without_region().with_region(region).with_http_client(http);
        let profile = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(name);
        loader = loader.profile_name(name).credentials_provider(profile.build());
    }
    loader.load().await
}

/// The service's own URL, else the one for all services.
fn endpoint_url(sdk: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id("Bedrock Runtime").env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let own = key.build().ok().and_then(|key| sdk.service_config()?.load_config(key));
    own.or_else(|| sdk.endpoint_url().map(str::to_owned))
}

fn bearer(token: &str) -> Result<Auth, Error> {
    let mut header = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| Error::new(ErrorKind::Credentials, "the bearer token has characters that no header has"))?;
    header.set_sensitive(true);
    Ok(Auth::Bearer(header))
}

/// A provider's credentials, kept until shortly before they expire. Calls that find none wait for one that reads them.
pub(super) struct Kept {
    provider: SharedCredentialsProvider,
    kept: Mutex<Option<(aws_credential_types::Credentials, SystemTime)>>,
}

impl Kept {
    fn new(provider: SharedCredentialsProvider) -> Self {
        Self { provider, kept: Mutex::new(None) }
    }

    pub(super) async fn get(&self) -> Result<aws_credential_types::Credentials, Error> {
        let mut kept = self.kept.lock().await;
        let now = SystemTime::now();
        if let Some((credentials, until)) = &*kept
            && now < *until
        {
            return Ok(credentials.clone());
        }
        match self.provider.provide_credentials().await {
            Ok(credentials) => {
                let until =
                    credentials.expiry().map_or(now + UNSAID, |expiry| expiry.checked_sub(EARLY).unwrap_or(now));
                *kept = Some((credentials.clone(), until));
                Ok(credentials)
            }
            Err(error) => match &*kept {
                // Those that there are hold a little longer.
                Some((credentials, _)) if credentials.expiry().is_none_or(|expiry| now < expiry) => {
                    Ok(credentials.clone())
                }
                _ => Err(Error::new(ErrorKind::Credentials, "no credentials").because(error)),
            },
        }
    }

    /// The service says that they have expired.
    pub(super) async fn forget(&self) {
        *self.kept.lock().await = None;
    }
}

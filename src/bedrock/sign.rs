//! Signature Version 4, by AWS's own crate.

use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderMap, HeaderValue};
use reqwest::Url;
use ring::digest::{SHA256, digest};

use super::{Error, ErrorKind};

/// What Bedrock's runtime is called in signatures.
const SERVICE: &str = "bedrock";

/// The SHA-256 of a body, in hexadecimal: the same for every attempt.
pub(super) fn digest_of(body: &[u8]) -> String {
    use std::fmt::Write as _;
    digest(&SHA256, body).as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // A string takes whatever is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Adds the signature to the headers of a POST, all of which it covers.
pub(super) fn add_signature(
    url: &Url,
    headers: &mut HeaderMap,
    body_digest: &str,
    credentials: aws_credential_types::Credentials,
    region: &str,
) -> Result<(), Error> {
    let error = |message: &'static str| Error::new(ErrorKind::Config, message);
    let identity = credentials.into();
    let params: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| error("the request cannot be signed"))?
        .into();
    let mut texts = Vec::with_capacity(headers.len());
    for (name, value) in &*headers {
        texts.push((name.as_str(), value.to_str().map_err(|_| error("a header is not ASCII"))?));
    }
    let body = SignableBody::Precomputed(body_digest.to_owned());
    let request = SignableRequest::new("POST", url.as_str(), texts.into_iter(), body)
        .map_err(|_| error("the request cannot be signed"))?;
    let signed = unheard(|| sign(request, &params)).map_err(|_| error("the request cannot be signed"))?;
    let (added, _) = signed.into_parts().0.into_parts();
    for header in added {
        let mut value = HeaderValue::from_str(header.value())
            .map_err(|_| Error::new(ErrorKind::Credentials, "the credentials have characters that no header has"))?;
        value.set_sensitive(true);
        headers.insert(header.name(), value);
    }
    Ok(())
}

/// `aws-sigv4` traces what it signs, the session token too. Nobody is to hear that.
fn unheard<T>(sign: impl FnOnce() -> T) -> T {
    use tracing::subscriber::{NoSubscriber, with_default};
    // Without any subscriber there is nobody to hear it, and setting one would turn off the fallback to the crate `log`.
    if tracing::dispatcher::has_been_set() { with_default(NoSubscriber::default(), sign) } else { sign() }
}

//! Where a call goes: the operation and the model in the URL's path.

use reqwest::Url;

use super::{Error, ErrorKind, Operation};

/// `{base}/model/{id}/{operation}`. All of the id but RFC 3986's unreserved characters is percent-encoded, as botocore does it, so that an
/// ARN is one segment.
pub(super) fn url(base: &Url, model_id: &str, operation: Operation) -> Result<Url, Error> {
    let segments = || model_id.split('/');
    if model_id.is_empty() {
        return Err(Error::new(ErrorKind::ModelId, "the model id is empty"));
    }
    if segments().any(|segment| matches!(segment, "." | "..")) {
        return Err(Error::new(
            ErrorKind::ModelId,
            "the model id has a segment of dots, which leads to another address",
        ));
    }
    let mut url = base.clone();
    let path = format!("{}/model/{}/{}", base.path().trim_end_matches('/'), encoded(model_id), operation.as_str());
    url.set_path(&path);
    Ok(url)
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            // A string takes whatever is written to it.
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// A base URL as given: absolute, http or https, without user, query and fragment.
pub(super) fn base(text: &str) -> Result<Url, Error> {
    let error = |message: &'static str| Error::new(ErrorKind::Config, message);
    let url = Url::parse(text).map_err(|_| error("the base URL is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(error("the base URL is not one of http or https"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(error("the base URL has a user, a query or a fragment"));
    }
    Ok(url)
}

/// The endpoint of a region. Source: AWS general reference, “Amazon Bedrock endpoints and quotas”.
pub(super) fn endpoint(region: &str, fips: bool) -> Result<Url, Error> {
    let is_label = (1..=63).contains(&region.len())
        && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !region.starts_with('-')
        && !region.ends_with('-');
    if !is_label {
        return Err(Error::new(ErrorKind::Config, "the region is not a region's name"));
    }
    let fips = if fips { "-fips" } else { "" };
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    base(&format!("https://bedrock-runtime{fips}.{region}.amazonaws.com{suffix}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{base, endpoint, url};
    use crate::bedrock::Operation;

    #[test]
    fn a_model_id_is_one_segment_of_the_path() {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0";
        let cases = [
            ("anthropic.claude-v2", "anthropic.claude-v2"),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"),
            (
                arn,
                "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-3-haiku-20240307-v1%3A0",
            ),
            ("a b", "a%20b"),
            ("a%2Fb", "a%252Fb"),
            ("a?b#c", "a%3Fb%23c"),
            ("%2e%2e", "%252e%252e"),
            ("a\\..\\b", "a%5C..%5Cb"),
            ("é~_", "%C3%A9~_"),
            ("...", "..."),
        ];
        let endpoint = endpoint("us-east-1", false).unwrap();
        for (id, path) in cases {
            let url = url(&endpoint, id, Operation::Converse).unwrap();
            let expected = format!("https://bedrock-runtime.us-east-1.amazonaws.com/model/{path}/converse");
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_refused() {
        let base = base("http://127.0.0.1:1").unwrap();
        for id in ["", ".", "..", "../invoke", "arn:aws:bedrock/../x", "a/.", "./a"] {
            assert!(url(&base, id, Operation::InvokeModel).is_err(), "{id}");
        }
    }

    #[test]
    fn a_base_url_keeps_its_path_and_its_port() {
        for text in ["http://127.0.0.1:8080/proxy", "http://127.0.0.1:8080/proxy/"] {
            let url = url(&base(text).unwrap(), "m", Operation::CountTokens).unwrap();
            assert_eq!(url.as_str(), "http://127.0.0.1:8080/proxy/model/m/count-tokens");
        }
        for text in ["", "localhost", "file:///x", "https://u:p@host", "https://host?x", "https://host#x", "unix:/x"] {
            assert!(base(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_region_is_a_label_of_a_host() {
        let host = |region, fips| endpoint(region, fips).map(|url| url.host_str().unwrap_or_default().to_owned());
        assert_eq!(host("eu-central-1", false).unwrap(), "bedrock-runtime.eu-central-1.amazonaws.com");
        assert_eq!(host("us-gov-west-1", true).unwrap(), "bedrock-runtime-fips.us-gov-west-1.amazonaws.com");
        assert_eq!(host("cn-north-1", false).unwrap(), "bedrock-runtime.cn-north-1.amazonaws.com.cn");
        for region in ["", "x.evil.com/", "a@b", "-a", "a-", "a b", "a#"] {
            assert!(host(region, false).is_err(), "{region}");
        }
    }
}

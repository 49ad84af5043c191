//! References to URIs, resolved against a base (RFC 3986, section 5), and the fragments of URIs.

use std::borrow::Cow;

use memchr::memchr;

/// The longest URI that is made of a base and a relative reference. Absolute ones are taken as they come.
const LONGEST: usize = 512;

/// A reference without its fragment, and the fragment.
pub(super) fn split(reference: &str) -> (&str, &str) {
    match reference.strip_prefix('#') {
        Some(fragment) => ("", fragment),
        None => reference.split_once('#').unwrap_or((reference, "")),
    }
}

/// The parts of a URI or a relative reference.
#[derive(Clone, Copy)]
struct Parts<'u> {
    scheme: Option<&'u str>,
    authority: Option<&'u str>,
    path: &'u str,
    query: Option<&'u str>,
}

impl<'u> Parts<'u> {
    fn of(uri: &'u str) -> Self {
        let (scheme, rest) = match uri.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            _ => (None, uri),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Self { scheme, authority, path, query }
    }

    fn join(self) -> String {
        let mut uri = String::new();
        let parts =
            [(self.scheme, "", ":"), (self.authority, "//", ""), (Some(self.path), "", ""), (self.query, "?", "")];
        for (part, before, behind) in parts {
            if let Some(part) = part {
                uri.extend([before, part, behind]);
            }
        }
        uri
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// What a reference without a fragment means where `base` is the base; nothing if that would be too long.
pub(super) fn resolve<'u>(base: &'u str, reference: &'u str) -> Option<Cow<'u, str>> {
    if reference.is_empty() {
        return Some(Cow::Borrowed(base));
    }
    let own = Parts::of(reference);
    if own.scheme.is_some() {
        let plain = !own.path.contains("/.");
        let path = if plain { Cow::Borrowed(own.path) } else { without_dots(own.path).into() };
        return Some(if plain { reference.into() } else { Parts { path: &path, ..own }.join().into() });
    }
    if base.len() + reference.len() > LONGEST {
        return base.is_empty().then_some(Cow::Borrowed(reference));
    }
    let base = Parts::of(base);
    let merged = match own.path {
        path if own.authority.is_some() || path.starts_with('/') => without_dots(path),
        "" => base.path.to_owned(),
        path => without_dots(&merge(base, path)),
    };
    let query = if own.path.is_empty() && own.authority.is_none() { own.query.or(base.query) } else { own.query };
    let authority = own.authority.or(base.authority);
    Some(Parts { scheme: base.scheme, authority, path: &merged, query }.join().into())
}

/// A relative path behind the folder of the base's path.
fn merge(base: Parts<'_>, path: &str) -> String {
    match base.path.rfind('/') {
        Some(slash) => format!("{}/{path}", base.path.get(..slash).unwrap_or_default()),
        None if base.authority.is_some() => format!("/{path}"),
        None => path.to_owned(),
    }
}

/// The path with `.` and `..` followed.
fn without_dots(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    let path = kept.join("/");
    if rooted { format!("/{path}") } else { path }
}

/// The text with its percent escapes resolved; nothing if one is broken or the text is not UTF-8.
pub(super) fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.as_bytes().contains(&b'%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16));
            let (high, low) = (digit()?, digit()?);
            decoded.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

/// Appends a text as a fragment may hold it.
pub(super) fn push_fragment(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default().to_ascii_uppercase();
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// The steps of a JSON pointer without its first slash; `None` for a step with a broken escape.
pub(super) fn steps(pointer: &str) -> impl Iterator<Item = Option<Cow<'_, str>>> {
    let mut rest = Some(pointer);
    let split = std::iter::from_fn(move || {
        let text = rest?;
        let slash = memchr(b'/', text.as_bytes());
        rest = slash.and_then(|slash| text.get(slash + 1..));
        text.get(..slash.unwrap_or(text.len()))
    });
    split.map(|step| {
        if !step.as_bytes().contains(&b'~') {
            return Some(Cow::Borrowed(step));
        }
        let escapes_well = step.split('~').skip(1).all(|behind| behind.starts_with(['0', '1']));
        escapes_well.then(|| Cow::Owned(step.replace("~1", "/").replace("~0", "~")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_in_the_examples_of_rfc_3986() {
        let rows = [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("http://x/a/../b", "http://x/b"),
        ];
        for (reference, expected) in rows {
            assert_eq!(resolve("http://a/b/c/d;p?q", reference).as_deref(), Some(expected), "{reference}");
        }
        assert_eq!(resolve("", "a.json").as_deref(), Some("a.json"));
        assert_eq!(resolve("urn:uuid:1", "urn:uuid:2").as_deref(), Some("urn:uuid:2"));
    }

    #[test]
    fn fragments_decode_and_encode() {
        assert_eq!(percent_decode("a%20%c3%a9").as_deref(), Some("a é"));
        for broken in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(percent_decode(broken), None, "{broken}");
        }
        let mut fragment = String::new();
        push_fragment("a b%\"é~1", &mut fragment);
        assert_eq!(fragment, "a%20b%25%22%C3%A9~1");
        assert_eq!(steps("a~1b/~01/").map(Option::unwrap).collect::<Vec<_>>(), ["a/b", "~1", ""]);
        assert!(steps("~2").any(|step| step.is_none()) && steps("a~").any(|step| step.is_none()));
    }
}

//! Walks `tests/cases/<concept>/<a sentence>/`: each folder is one example of the mapping, read in both directions.
//!
//! | file | holds |
//! |---|---|
//! | `converse.json` | Converse's document: a request, or what the options say |
//! | `messages.json` | Messages' document: a request, or what the options say |
//! | `losses.json` | an object of the members below |
//!
//! | member of `losses.json` | means |
//! |---|---|
//! | `to_messages`, `to_converse` | this direction gives the other file and exactly these losses, `{path, severity, code}` |
//! | `error.to_messages`, `error.to_converse` | this direction gives an error, `{kind, path}` |
//! | `options.default_max_tokens` | a number, or null for none |
//! | `options.model`, `options.geo` | `translate`, or the id that stands for the source's; the geography |
//! | `options.document_text` | the text for documents without one |
//! | `options.response`, `options.error`, `options.batch` | these are responses, errors, records of a batch |
//! | `options.stream` | these are streams: arrays of events |
//! | `options.count_tokens` | these are about counting tokens; with `invoke`, Converse's holds a body of `InvokeModel` |
//! | `options.inline_refs` | `error`, `unroll` or `keep`: the references of schemas are inlined, and recursive ones treated like this |
//! | `options.invoke` | the Messages side is the form of `InvokeModel` |
//! | `options.status.converse`, `options.status.messages` | an error's HTTP statuses: the source's may be absent, the target's may not |
//! | `options.message_id`, `options.response_model`, `options.latency_ms`, `options.request_id` | what the source does not carry |
//!
//! A direction that is not listed is not checked. A case says all that matters: unknown members and files are failures.

#![expect(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use converse_messages::batch::MessagesForm;
use converse_messages::errors::HttpError;
use converse_messages::model_id::Geo;
use converse_messages::schema::{self, Recursion};
use converse_messages::wire::Wire as _;
use converse_messages::{
    Code, Converted, Error, ErrorKind, Model, Options, Policy, Severity, batch, count_tokens, errors, invoke, messages,
    request, response, stream,
};
use serde_json::{Map, Value};

type Checked<T> = Result<T, String>;

/// One of the two directions, by the names of its target.
#[derive(Clone, Copy)]
struct Direction {
    name: &'static str,
    source: &'static str,
    target: &'static str,
}

const DIRECTIONS: [Direction; 2] = [
    Direction { name: "to_messages", source: "converse.json", target: "messages.json" },
    Direction { name: "to_converse", source: "messages.json", target: "converse.json" },
];

/// What the documents of a case are.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Request,
    Response,
    Error,
    Stream,
    Batch,
    CountTokens,
}

const KINDS: [(&str, Kind); 5] = [
    ("response", Kind::Response),
    ("error", Kind::Error),
    ("stream", Kind::Stream),
    ("batch", Kind::Batch),
    ("count_tokens", Kind::CountTokens),
];

/// The HTTP statuses of an error, by their sides.
#[derive(Default)]
struct Statuses {
    converse: Option<u16>,
    messages: Option<u16>,
}

fn with_status(HttpError { status, body }: HttpError<String>) -> (String, Option<u16>) {
    (body, Some(status))
}

/// What `losses.json` says.
#[derive(Default)]
struct Expected {
    options: Options,
    kind: Kind,
    invoke: bool,
    statuses: Statuses,
    outcomes: Vec<(Direction, Outcome)>,
}

enum Outcome {
    Losses(BTreeSet<Loss>),
    Error { kind: String, path: String },
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Loss {
    path: String,
    severity: String,
    code: String,
}

impl Loss {
    fn of(loss: &converse_messages::Loss) -> Self {
        let (severity, code) = (loss.severity.as_str().to_owned(), loss.code.as_str().to_owned());
        Self { path: loss.path.clone(), severity, code }
    }
}

/// The members of an object, each to be taken once; what is left is unknown.
struct Members(Map<String, Value>);

impl Members {
    fn of(value: Value) -> Checked<Self> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            other => Err(format!("not an object: {other}")),
        }
    }

    fn text(&mut self, name: &str) -> Checked<Option<String>> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("`{name}` is not a string: {other}")),
        }
    }

    fn required(&mut self, name: &str) -> Checked<String> {
        self.text(name)?.ok_or_else(|| format!("`{name}` is missing"))
    }

    fn flag(&mut self, name: &str) -> Checked<bool> {
        match self.0.remove(name) {
            None => Ok(false),
            Some(Value::Bool(true)) => Ok(true),
            Some(other) => Err(format!("`{name}` is true or absent, not {other}")),
        }
    }

    fn number<T: TryFrom<i64>>(&mut self, name: &str) -> Checked<Option<T>> {
        let number = |value: Value| value.as_i64().and_then(|number| T::try_from(number).ok());
        let Some(value) = self.0.remove(name) else {
            return Ok(None);
        };
        number(value).map(Some).ok_or_else(|| format!("`{name}` is not a number, or too large"))
    }

    fn none_left(self) -> Checked<()> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("`{name}` is not a member of a case")),
        }
    }
}

impl Expected {
    fn read(value: Value) -> Checked<Self> {
        let mut members = Members::of(value)?;
        let mut expected = Self::default();
        expected.read_options(members.0.remove("options").unwrap_or_else(|| Map::new().into()))?;
        expected.options.loss = Policy::Allow;
        let mut errors = Members::of(members.0.remove("error").unwrap_or_else(|| Map::new().into()))?;
        for direction in DIRECTIONS {
            let outcome = match (members.0.remove(direction.name), errors.0.remove(direction.name)) {
                (None, None) => continue,
                (Some(losses), None) => Outcome::Losses(read_losses(losses)?),
                (None, Some(error)) => {
                    let mut error = Members::of(error)?;
                    let outcome = Outcome::Error { kind: error.required("kind")?, path: error.required("path")? };
                    error.none_left()?;
                    outcome
                }
                (Some(_), Some(_)) => return Err(format!("both losses and an error {}", direction.name)),
            };
            expected.outcomes.push((direction, outcome));
        }
        errors.none_left()?;
        members.none_left()?;
        if expected.outcomes.is_empty() { Err("no direction is listed".to_owned()) } else { Ok(expected) }
    }

    fn read_options(&mut self, value: Value) -> Checked<()> {
        let mut members = Members::of(value)?;
        let options = &mut self.options;
        match members.0.remove("default_max_tokens") {
            None => {}
            Some(Value::Null) => options.default_max_tokens = None,
            Some(number) => options.default_max_tokens = Some(number.as_i64().ok_or("not a number of tokens")?),
        }
        let geo = members.text("geo")?.map(|geo| Geo::new(&geo).map_err(|error| error.to_string())).transpose()?;
        match members.text("model")?.as_deref() {
            None => {}
            Some("translate") => options.model = Model::Translate(geo),
            Some(id) => options.model = Model::Replace(id.to_owned()),
        }
        options.document_text = members.text("document_text")?;
        options.message_id = members.text("message_id")?;
        options.response_model = members.text("response_model")?;
        options.latency_ms = members.number("latency_ms")?;
        options.request_id = members.text("request_id")?;
        options.inline_refs = members.text("inline_refs")?.map(|recursion| recursion_of(&recursion)).transpose()?;
        self.invoke = members.flag("invoke")?;
        for (name, kind) in KINDS {
            if members.flag(name)? {
                if self.kind != Kind::Request {
                    return Err(format!("`{name}`, and of another kind"));
                }
                self.kind = kind;
            }
        }
        let mut statuses = Members::of(members.0.remove("status").unwrap_or_else(|| Map::new().into()))?;
        self.statuses = Statuses { converse: statuses.number("converse")?, messages: statuses.number("messages")? };
        statuses.none_left()?;
        members.none_left()
    }

    /// Converts a document; an error also has a status.
    fn convert(
        &self,
        direction: Direction,
        source: &[u8],
        options: &Options,
    ) -> Result<Converted<(String, Option<u16>)>, Error> {
        let to_messages = direction.name == "to_messages";
        let Statuses { converse, messages } = self.statuses;
        let form = if self.invoke { MessagesForm::InvokeModel } else { MessagesForm::MessageBatch };
        let converted = match (self.kind, self.invoke, to_messages) {
            (Kind::Request, false, true) => request::to_messages_json(source, options),
            (Kind::Request, false, false) => request::to_converse_json(source, options),
            (Kind::Request, true, true) => invoke::from_converse_json(source, options),
            (Kind::Request, true, false) => invoke::to_converse_json(source, options),
            (Kind::Response, _, true) => response::to_messages_json(source, options),
            (Kind::Response, _, false) => response::to_converse_json(source, options),
            (Kind::Stream, _, true) => stream::to_messages_json(source, options),
            (Kind::Stream, _, false) => stream::to_converse_json(source, options),
            (Kind::Batch, _, true) => batch::to_messages_json(source, form, options),
            (Kind::Batch, _, false) => batch::to_converse_json(source, form, options),
            (Kind::CountTokens, _, true) => count_tokens::to_messages_json(source, options),
            (Kind::CountTokens, false, false) => count_tokens::to_converse_json(source, options),
            (Kind::CountTokens, true, false) => count_tokens::to_invoke_json(source, options),
            (Kind::Error, _, true) => return Ok(errors::to_messages_json(source, converse, options)?.map(with_status)),
            (Kind::Error, _, false) => return Ok(errors::to_converse_json(source, messages, options)?.map(with_status)),
        };
        converted.map(|converted| converted.map(|value| (value, None)))
    }

    /// The status that a direction gives, of an error.
    fn target_status(&self, direction: Direction) -> Option<u16> {
        if direction.name == "to_messages" { self.statuses.messages } else { self.statuses.converse }
    }
}

fn recursion_of(name: &str) -> Checked<schema::Options> {
    let recursion = match name {
        "error" => Recursion::Error,
        "unroll" => Recursion::UNROLL,
        "keep" => Recursion::Keep,
        _ => return Err(format!("`{name}` is no way to treat recursion")),
    };
    Ok(schema::Options { recursion, ..schema::Options::default() })
}

fn read_losses(value: Value) -> Checked<BTreeSet<Loss>> {
    let Value::Array(losses) = value else {
        return Err(format!("not a list of losses: {value}"));
    };
    let count = losses.len();
    let mut set = BTreeSet::new();
    for loss in losses {
        let mut members = Members::of(loss)?;
        let (path, severity, code) =
            (members.required("path")?, members.required("severity")?, members.required("code")?);
        members.none_left()?;
        set.insert(Loss { path, severity, code });
    }
    if set.len() == count { Ok(set) } else { Err("a loss is listed twice".to_owned()) }
}

/// A case's folder and what it expects.
struct Case {
    folder: PathBuf,
    expected: Expected,
}

impl Case {
    fn read(folder: PathBuf) -> Checked<Self> {
        let losses = fs::read(folder.join("losses.json")).map_err(|error| format!("losses.json: {error}"))?;
        let losses = serde_json::from_slice(&losses).map_err(|error| format!("losses.json: {error}"))?;
        let expected = Expected::read(losses).map_err(|error| format!("losses.json: {error}"))?;
        let mut needed = BTreeSet::from(["losses.json"]);
        for (direction, outcome) in &expected.outcomes {
            needed.insert(direction.source);
            if let Outcome::Losses(_) = outcome {
                needed.insert(direction.target);
            }
        }
        let files = entries(&folder);
        let files: BTreeSet<_> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
        if files == needed {
            Ok(Self { folder, expected })
        } else {
            Err(format!("the files are {files:?}, not {needed:?}"))
        }
    }

    fn file(&self, name: &str) -> Checked<Vec<u8>> {
        fs::read(self.folder.join(name)).map_err(|error| format!("{name}: {error}"))
    }

    /// All that is wrong in a direction.
    fn check(&self, direction: Direction, outcome: &Outcome) -> Checked<()> {
        let source = self.file(direction.source)?;
        let convert = |options: &Options| self.expected.convert(direction, &source, options);
        let converted = convert(&self.expected.options);
        let expected = match outcome {
            Outcome::Losses(losses) => losses,
            Outcome::Error { kind, path } => return check_error(converted, kind, path),
        };
        let Converted { value: (value, status), losses } = converted.map_err(|error| format!("an error: {error}"))?;
        let target: Value = serde_json::from_slice(&self.file(direction.target)?)
            .map_err(|error| format!("{}: {error}", direction.target))?;
        let value: Value = serde_json::from_str(&value).map_err(|error| format!("the value is no JSON: {error}"))?;
        let mut wrong = Vec::new();
        if value != target {
            wrong.push(format!("the value is\n      {value}\n    and not\n      {target}"));
        }
        if status != self.expected.target_status(direction) && self.expected.kind == Kind::Error {
            wrong.push(format!("the status is {status:?}"));
        }
        let found: BTreeSet<Loss> = losses.iter().map(Loss::of).collect();
        wrong.extend(expected.difference(&found).map(|loss| format!("not lost: {loss:?}")));
        wrong.extend(found.difference(expected).map(|loss| format!("lost too: {loss:?}")));
        if found.len() != losses.len() {
            wrong.push("a loss is reported twice".to_owned());
        }
        let content = losses.iter().any(|loss| loss.severity == Severity::Content);
        for (policy, refuses) in [(Policy::Content, content), (Policy::Deny, !losses.is_empty())] {
            let refused = convert(&Options { loss: policy, ..self.expected.options.clone() });
            let refused = matches!(refused, Err(error) if error.kind() == ErrorKind::Loss && error.losses() == losses);
            if refused != refuses {
                wrong.push(format!("the policy {policy:?} {}", if refuses { "does not refuse" } else { "refuses" }));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n    ")) }
    }
}

fn check_error(converted: Result<Converted<(String, Option<u16>)>, Error>, kind: &str, path: &str) -> Checked<()> {
    match converted {
        Ok(converted) => Err(format!("no error, but {}", converted.value.0)),
        Err(error) if error.kind().as_str() == kind && error.path() == path => Ok(()),
        Err(error) => Err(format!("the error is {} at `{}`, not {kind} at `{path}`", error.kind(), error.path())),
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Every case; the first that does not read as one fails the test.
fn cases() -> Vec<Case> {
    let folders = entries(&root()).into_iter().flat_map(|concept| entries(&concept));
    let cases: Vec<Case> = folders
        .map(|folder| Case::read(folder.clone()).unwrap_or_else(|error| panic!("{}: {error}", folder.display())))
        .collect();
    assert!(!cases.is_empty(), "{} holds no cases", root().display());
    cases
}

#[test]
fn every_case_converts_as_it_says() {
    let mut failures = Vec::new();
    for case in cases() {
        for (direction, outcome) in &case.expected.outcomes {
            if let Err(error) = case.check(*direction, outcome) {
                let folder = case.folder.strip_prefix(root()).unwrap().display();
                failures.push(format!("tests/cases/{folder} {}:\n    {error}", direction.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_code_and_every_severity_has_a_case() {
    let cases = cases();
    let losses: Vec<&Loss> = cases
        .iter()
        .flat_map(|case| &case.expected.outcomes)
        .filter_map(|(_, outcome)| if let Outcome::Losses(losses) = outcome { Some(losses) } else { None })
        .flatten()
        .collect();
    for code in Code::ALL {
        assert!(losses.iter().any(|loss| loss.code == code.as_str()), "no case loses with the code {code}");
    }
    for severity in [Severity::Content, Severity::Hint] {
        assert!(losses.iter().any(|loss| loss.severity == severity.as_str()), "no case has the severity {severity:?}");
    }
}

#[test]
fn every_file_of_the_bridge_has_a_folder_of_cases() {
    for file in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bridge")) {
        let name = file.file_stem().unwrap().to_string_lossy().replace('_', "-");
        if name != "mod" {
            assert!(root().join(&name).is_dir(), "{} has no folder {name} in tests/cases", file.display());
        }
    }
}

#[test]
fn every_name_of_a_case_is_a_sentence_in_kebab_case() {
    for case in cases() {
        let name = case.folder.file_name().unwrap().to_string_lossy().into_owned();
        let kebab = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(kebab, "{}", case.folder.display());
    }
}

#[test]
fn every_form_of_invoke_model_without_bedrocks_headers_is_a_messages_request() {
    let forms = cases().into_iter().filter(|case| case.expected.invoke && case.expected.kind == Kind::Request);
    let mut checked = 0;
    for case in forms {
        let Ok(mut form) = <messages::InvokeModel>::from_json(&case.file("messages.json").unwrap_or_default()) else {
            continue;
        };
        form.headers.get_or_insert_default();
        let options = Options { loss: Policy::Deny, ..Options::default() };
        let Ok(request) = invoke::to_messages(form.clone(), &options) else {
            continue;
        };
        let back = invoke::from_messages(request.value, &options).unwrap();
        assert_eq!(back.value, form, "{}", case.folder.display());
        checked += 1;
    }
    assert!(checked > 5, "only {checked} forms");
}

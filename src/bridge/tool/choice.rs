//! `toolChoice` ⇄ `tool_choice`
//!
//! | Converse | Messages |
//! |---|---|
//! | `auto any tool` | `auto any tool` |
//! | `additionalModelRequestFields.tool_choice` | `none`, `disable_parallel_tool_use`, and a choice among tools that are carried there |

use crate::loss::{Code, Cx, Path};
use crate::model_id::Family;
use crate::wire::{Leaves, Text};
use crate::{Error, ErrorKind, converse, messages};

use super::super::additional::PartialToolChoice;
use super::super::rules::{self, Side, invalid};
use super::super::{present, unless_empty};

/// What a choice asks for.
enum Choice<T> {
    Auto,
    Any,
    Tool(T),
    None,
}

impl<T> Choice<T> {
    /// Its type and its name in Messages.
    fn parts(&self) -> (&'static str, Option<&T>) {
        match self {
            Self::Auto => ("auto", None),
            Self::Any => ("any", None),
            Self::Tool(name) => ("tool", Some(name)),
            Self::None => ("none", None),
        }
    }
}

/// The tool choice of a `toolConfig` and of `additionalModelRequestFields`, as one.
pub(in crate::bridge) fn to_messages<L: Leaves>(
    choice: Option<converse::ToolChoice<L>>,
    additional: Option<PartialToolChoice<L>>,
    at: Path<'_>,
    additional_at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ToolChoice<L>>, Error> {
    let own = choice.map(|choice| of_config(choice, at, cx)).transpose()?.flatten();
    let additional =
        additional.map(|additional| PartialToolChoice { unknown: present(additional.unknown), ..additional });
    let additional = unless_empty(additional);
    if own.is_none() && additional.is_none() {
        return Ok(None);
    }
    let PartialToolChoice { kind, name, disable_parallel_tool_use, unknown } = additional.unwrap_or_default();
    let choice = match own {
        Some(own) => {
            let (own_kind, own_name) = own.parts();
            if kind.is_some_and(|kind| kind.decode() != own_kind) || name.is_some() && name.as_ref() != own_name {
                let message = format!("says another thing than {}", at.pointer());
                return Err(Error::new(ErrorKind::Collision, additional_at.pointer(), message));
            }
            Some(own)
        }
        None => of_fields(kind.as_ref(), name, additional_at, cx)?,
    };
    Ok(choice.map(|choice| match choice {
        Choice::Auto => messages::ToolChoice::Auto(messages::ToolChoiceAuto { disable_parallel_tool_use, unknown }),
        Choice::Any => messages::ToolChoice::Any(messages::ToolChoiceAny { disable_parallel_tool_use, unknown }),
        Choice::Tool(name) => {
            messages::ToolChoice::Tool(messages::ToolChoiceTool { name, disable_parallel_tool_use, unknown })
        }
        Choice::None => {
            if disable_parallel_tool_use == Some(true) {
                let at = additional_at.name("disable_parallel_tool_use");
                cx.hint(at, Code::UnknownMember, "where no tool may be called, none are called in parallel");
            }
            messages::ToolChoice::None(messages::ToolChoiceNone { unknown })
        }
    }))
}

/// `None`: it is not known.
fn of_config<L: Leaves>(
    choice: converse::ToolChoice<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<Choice<L::Text>>, Error> {
    Ok(match choice {
        converse::ToolChoice::Auto(converse::AutoToolChoice { unknown }) => {
            cx.unknown(at.name("auto"), &unknown);
            Some(Choice::Auto)
        }
        converse::ToolChoice::Any(converse::AnyToolChoice { unknown }) => {
            cx.unknown(at.name("any"), &unknown);
            Some(Choice::Any)
        }
        converse::ToolChoice::Tool(converse::SpecificToolChoice { name, unknown }) => {
            rules::tool_name::<L>(&name, Side::Messages, at.name("tool").name("name"))?;
            cx.unknown(at.name("tool"), &unknown);
            Some(Choice::Tool(name))
        }
        converse::ToolChoice::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            None
        }
    })
}

/// `None`: it is not known.
fn of_fields<T: Text>(
    kind: Option<&T>,
    name: Option<T>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<Choice<T>>, Error> {
    let kind = kind.map_or("auto".into(), Text::decode);
    if name.is_some() && kind != "tool" {
        cx.hint(at.name("name"), Code::UnknownMember, "only the choice of one tool has a name");
    }
    Ok(match &*kind {
        "auto" => Some(Choice::Auto),
        "any" => Some(Choice::Any),
        "tool" => Some(Choice::Tool(name.ok_or_else(|| invalid(at.name("name"), "a required member is missing"))?)),
        "none" => Some(Choice::None),
        _ => {
            cx.content(at, Code::UnknownValue, "a tool choice of this type is not known");
            None
        }
    })
}

/// The `toolChoice`, and what goes to `additionalModelRequestFields`.
type Halves<L> = (Option<converse::ToolChoice<L>>, Option<PartialToolChoice<L>>);

/// `declares`: whether there will be a `toolConfig`, which a `toolChoice` needs to stand in.
pub(in crate::bridge) fn to_converse<L: Leaves>(
    choice: messages::ToolChoice<L>,
    declares: bool,
    family: Family,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Halves<L>, Error> {
    let (choice, parallel, unknown) = match choice {
        messages::ToolChoice::Auto(messages::ToolChoiceAuto { disable_parallel_tool_use, unknown }) => {
            (Choice::Auto, disable_parallel_tool_use, unknown)
        }
        messages::ToolChoice::Any(messages::ToolChoiceAny { disable_parallel_tool_use, unknown }) => {
            (Choice::Any, disable_parallel_tool_use, unknown)
        }
        messages::ToolChoice::Tool(messages::ToolChoiceTool { name, disable_parallel_tool_use, unknown }) => {
            rules::tool_name::<L>(&name, Side::Converse, at.name("name"))?;
            (Choice::Tool(name), disable_parallel_tool_use, unknown)
        }
        messages::ToolChoice::None(messages::ToolChoiceNone { unknown }) => (Choice::None, None, unknown),
        messages::ToolChoice::Unknown(unknown) => {
            cx.unknown_type(at, &unknown.kind);
            return Ok((None, None));
        }
    };
    cx.unknown(at, &unknown);
    let mut disable_parallel_tool_use = parallel.filter(|disable| *disable);
    if disable_parallel_tool_use.is_some() && !family.may_be_claude() {
        cx.hint(at.name("disable_parallel_tool_use"), Code::Unsupported, "only Claude takes this");
        disable_parallel_tool_use = None;
    }
    let partial = PartialToolChoice { disable_parallel_tool_use, ..Default::default() };
    let choice = match choice {
        Choice::Auto if declares && disable_parallel_tool_use.is_none() => {
            converse::ToolChoice::Auto(converse::AutoToolChoice::default())
        }
        Choice::Any if declares => converse::ToolChoice::Any(converse::AnyToolChoice::default()),
        Choice::Tool(name) if declares => {
            converse::ToolChoice::Tool(converse::SpecificToolChoice { name, ..Default::default() })
        }
        // Converse refuses a type in both places, and `auto` with a member stands in one place whole.
        whole => {
            let (kind, name) = whole.parts();
            let whole = PartialToolChoice { kind: Some(kind.to_owned().into()), name: name.cloned(), ..partial };
            return Ok((None, Some(whole)));
        }
    };
    Ok((Some(choice), disable_parallel_tool_use.map(|_| partial)))
}

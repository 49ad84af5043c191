// The two editors.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap, setDiagnostics } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';

// The colours are those of style.css; custom properties reach into a shadow root.
const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--name)' },
  { tag: tags.string, color: 'var(--string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--number)' },
]);
const underline = (colour) => ({ backgroundImage: 'none', textDecoration: `underline wavy var(${colour})`, textUnderlineOffset: '3px' });
const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--field)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--faint)', backgroundColor: 'transparent', border: 'none' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-content ::selection': { backgroundColor: 'var(--selection)' },
  '.cm-lintRange-error': underline('--error'),
  '.cm-lintRange-warning': underline('--content'),
  '.cm-lintRange-info': underline('--hint'),
  '.cm-tooltip, .cm-panels': { color: 'var(--text)', backgroundColor: 'var(--page)', borderColor: 'var(--line)' },
});

/** An editor in `parent`. `changed` is called when its text is another one; without it nothing can be typed. */
export function createEditor(parent, { label, empty, changed }) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const scheme = new Compartment();
  // In a shadow root the editor's styles are adopted, which needs no hole in the Content-Security-Policy.
  const root = parent.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root,
    extensions: [
      lineNumbers(),
      history(),
      json(),
      bracketMatching(),
      search({ top: true }),
      syntaxHighlighting(colours),
      theme,
      scheme.of(EditorView.darkTheme.of(dark.matches)),
      placeholder(empty),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': String(!changed), tabindex: '0' }),
      EditorState.readOnly.of(!changed),
      EditorView.updateListener.of((update) => update.docChanged && changed?.()),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
    ],
  });
  dark.addEventListener('change', () => view.dispatch({ effects: scheme.reconfigure(EditorView.darkTheme.of(dark.matches)) }));
  return view;
}

export function textOf(view) {
  return view.state.doc.toString();
}

export function setText(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 } });
}

const SEVERITIES = { content: 'warning', hint: 'info', error: 'error' };

/** Underlines where the findings lead to: only the first line of each. */
export function mark(view, findings) {
  const { doc } = view.state;
  const diagnostics = findings.map(({ place, severity, message }) => {
    const from = Math.min(place.from, doc.length);
    return { from, to: Math.min(place.to, doc.lineAt(from).to), severity: SEVERITIES[severity], message };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

/** Selects a place, and puts the cursor to its start. */
export function show(view, { from, to }) {
  view.dispatch({ selection: { anchor: to, head: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
  view.focus();
}

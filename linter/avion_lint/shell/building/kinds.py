"""Names that tree-sitter-bash gives to what it finds, by what we make of them."""

from __future__ import annotations

REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
WORDS = frozenset(
    {
        "word", "number", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation", "expansion",
        "simple_expansion", "command_substitution", "process_substitution", "arithmetic_expansion", "brace_expression",
        "extglob_pattern", "regex", "variable_name", "special_variable_name", "array", "test_operator", "subscript",
        "string_content", "semgrep_deref", "glob_pattern",
    }
)  # fmt: skip
TEST_OPERATORS = frozenset({"=", "==", "!=", "<", ">", "=~", "-a", "-o", "!", "&&", "||", "(", ")", "+", "-"})
OPERATORS = {"|": "|", "|&": "|", "&&": "&&", "||": "||"}
SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
STATEMENTS = frozenset(
    {
        "command", "declaration_command", "unset_command", "variable_assignment", "variable_assignments", "list",
        "redirected_statement", "pipeline", "negated_command", "test_command", "compound_statement", "subshell",
        "if_statement", "while_statement", "for_statement", "c_style_for_statement", "case_statement",
        "function_definition",
    }
)  # fmt: skip

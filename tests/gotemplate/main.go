// Prints, as JSON, the actions that Go's own text/template/parse finds in the text on standard input.
package main

import (
	"encoding/json"
	"io"
	"os"
	"text/template/parse"
)

type action struct{ Kind, Text string }

func gather(node parse.Node, found *[]action) {
	branch := func(kind string, b *parse.BranchNode) {
		*found = append(*found, action{kind, b.Pipe.String()})
		gather(b.List, found)
		if b.ElseList != nil {
			gather(b.ElseList, found)
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		for _, each := range n.Nodes {
			gather(each, found)
		}
	case *parse.ActionNode:
		kind := "value"
		if len(n.Pipe.Decl) > 0 {
			kind = "assign"
		}
		*found = append(*found, action{kind, n.Pipe.String()})
	case *parse.IfNode:
		branch("if", &n.BranchNode)
	case *parse.WithNode:
		branch("with", &n.BranchNode)
	case *parse.RangeNode:
		branch("range", &n.BranchNode)
	case *parse.TemplateNode:
		*found = append(*found, action{"template", n.Name})
	case *parse.CommentNode:
		*found = append(*found, action{"comment", n.Text})
	}
}

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	tree := parse.New("text")
	tree.Mode = parse.ParseComments | parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	found := []action{}
	if _, err := tree.Parse(string(text), "", "", trees); err == nil {
		for _, each := range trees {
			gather(each.Root, &found)
		}
	} else {
		found = nil
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		panic(err)
	}
}

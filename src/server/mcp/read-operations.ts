/** Reads the operations of the gateway's own tools, each with the fragments that it uses. */

import { readFileSync } from 'node:fs';

import { Kind, parse, print, visit, type DocumentNode, type FragmentDefinitionNode } from 'graphql';

import { operationNames, type OperationName } from './tool-names.ts';

const folder = new URL('operations/', import.meta.url);

/** The texts by tool, comments included. */
export function readOperations(): ReadonlyMap<OperationName, string> {
  const shared = new Map(
    parse(read('fragments'))
      .definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return new Map(operationNames.map((name) => [name, withFragments(read(name), shared)]));
}

function read(name: string): string {
  return readFileSync(new URL(`${name}.graphql`, folder), 'utf8');
}

function withFragments(text: string, shared: ReadonlyMap<string, FragmentDefinitionNode>): string {
  const used = new Set<FragmentDefinitionNode>();
  const follow = (node: DocumentNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = shared.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        follow(fragment);
      },
    });
  };
  follow(parse(text));
  return [text.trim(), ...Array.from(used, (fragment) => print(fragment))].join('\n\n');
}

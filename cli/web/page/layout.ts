/** Where the nodes of a graph stand, and how its edges run. */
import { graphlib, layout } from "@dagrejs/dagre";

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** A second line, smaller. */
  readonly note: string;
  /** What it looks like: a status, or `file`. */
  readonly look: string;
  /** Where it leads to; null for nowhere. */
  readonly href: string | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Empty for one without words. */
  readonly label: string;
}

export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface PlacedGraph {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly (GraphEdge & { readonly points: readonly { x: number; y: number }[] })[];
}

export const NODE_HEIGHT = 40;
/** About the width of a character of a label. */
const CHARACTER = 7.4;

/** The same graph gets the same picture, whatever the order of its nodes and edges. */
export function placedGraph(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): PlacedGraph {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 50, marginx: 8, marginy: 8 });
  const byId = [...nodes].sort((a, b) => order(a.id, b.id));
  for (const node of byId) {
    const width = Math.max(node.label.length, node.note.length * 0.85) * CHARACTER + 24;
    graph.setNode(node.id, { width, height: NODE_HEIGHT });
  }
  const sorted = [...edges].sort((a, b) => order(a.from, b.from) || order(a.to, b.to));
  for (const { from, to } of sorted) graph.setEdge(from, to, {});
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: byId.map((node) => {
      const { x, y, width } = graph.node(node.id) as { x: number; y: number; width: number };
      return { ...node, x, y, width };
    }),
    edges: sorted.map((edge) => {
      const { points } = graph.edge(edge.from, edge.to) as { points: { x: number; y: number }[] };
      return { ...edge, points };
    }),
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

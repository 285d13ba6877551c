/** How what stands in the tree is drawn. */

import { visible } from '@trackside/ui';
import * as vscode from 'vscode';
import { ids } from '../ids';
import type { CommitNode, FolderNode, MoreNode, Node, RunNode, SentenceNode } from './nodes';
import { contextOf, describeRun, factsOf, spokenRun, verdictOf } from './words';
import { t } from '../words';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
/** Draw a node. */
export function itemOf(node: Node): vscode.TreeItem {
  switch (node.kind) {
    case 'folder':
      return folderItem(node);
    case 'commit':
      return commitItem(node);
    case 'run':
      return runItem(node);
    case 'more':
      return moreItem(node);
    case 'sentence':
      return sentenceItem(node);
  }
}

function folderItem({ shelf }: FolderNode): vscode.TreeItem {
  const item = new vscode.TreeItem(shelf.desk.folder.name, Expanded);
  item.id = shelf.desk.folder.uri.toString();
  item.iconPath = new vscode.ThemeIcon('root-folder');
  item.contextValue = 'folder';
  return item;
}

function commitItem({ shelf, commit, isFirst }: CommitNode): vscode.TreeItem {
  const short = commit.oid.slice(0, 8);
  const subject = visible(shelf.subject(commit.oid), 80);
  const item = new vscode.TreeItem(subject || short, isFirst ? Expanded : Collapsed);
  item.id = `${shelf.desk.folder.uri.toString()}|${commit.oid}`;
  const runs = commit.runs === 1 ? t('1 run') : t('{n} runs', { n: commit.runs });
  item.description = subject ? `${short}  ·  ${runs}` : runs;
  item.tooltip = t('Runs that began from the commit {oid}', { oid: commit.oid });
  item.iconPath = new vscode.ThemeIcon('git-commit');
  item.contextValue = 'commit';
  return item;
}

function runItem(node: RunNode): vscode.TreeItem {
  const { shelf, place, row } = node;
  const beside = { ...node.beside, now: Date.now() / 1000 };
  const item = new vscode.TreeItem(visible(row.name, 80), None);
  item.id = `${shelf.desk.folder.uri.toString()}|${place}|${row.id}`;
  item.description = describeRun(row, beside);
  item.iconPath = iconOf(node);
  item.contextValue = contextOf(row);
  item.accessibilityInformation = { label: spokenRun(row, beside, t) };
  item.tooltip = tipOf(node, beside.now);
  item.command = { command: ids.openRun, title: t('Open Run'), arguments: [node] };
  return item;
}

function iconOf({ row, beside }: RunNode): vscode.ThemeIcon {
  if (row.problem) {
    return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  }
  switch (row.status) {
    case 'open':
      return new vscode.ThemeIcon('sync~spin', new vscode.ThemeColor('charts.blue'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
    case 'interrupted':
      return new vscode.ThemeIcon('circle-slash');
    default:
      return row.id === beside.baseline?.id ? new vscode.ThemeIcon('milestone') : finishedIcon(row, beside.metric);
  }
}

/** A full dot is better than the baseline run, a ring is not: colour alone says nothing. */
function finishedIcon(row: RunNode['row'], metric: string | null): vscode.ThemeIcon {
  switch (verdictOf(row, metric)) {
    case 'better':
      return new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor('charts.green'));
    case 'worse':
      return new vscode.ThemeIcon('circle-outline', new vscode.ThemeColor('charts.red'));
    default:
      return new vscode.ThemeIcon('circle-outline');
  }
}

function tipOf({ row, beside }: RunNode, now: number): vscode.MarkdownString {
  // Trusted with nothing: every name and value in it is put in as text.
  const tip = new vscode.MarkdownString('', false);
  tip.appendMarkdown('**').appendText(visible(row.name, 80)).appendMarkdown('**\n\n');
  if (row.title && row.title !== row.name) {
    tip.appendText(visible(row.title, 200)).appendMarkdown('\n\n');
  }
  tip.appendMarkdown('| | |\n|:--|:--|\n');
  for (const [name, value] of factsOf(row, { ...beside, now }, t)) {
    tip
      .appendMarkdown('| ')
      .appendText(cell(name))
      .appendMarkdown(' | ')
      .appendText(cell(value))
      .appendMarkdown(' |\n');
  }
  return tip;
}

/** A bar would end the cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '¦');
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Show more ({n} left)', { n: node.left }), None);
  item.id = `${node.shelf.desk.folder.uri.toString()}|${node.commit.oid}|more`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.contextValue = 'more';
  item.command = { command: ids.showMore, title: t('Show More'), arguments: [node] };
  return item;
}

function sentenceItem({ message, hint }: SentenceNode): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(message, 200), None);
  item.tooltip = visible(hint);
  item.iconPath = new vscode.ThemeIcon('info');
  item.contextValue = 'sentence';
  return item;
}

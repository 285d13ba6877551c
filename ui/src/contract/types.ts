// Made from docs/schema/trackside-1.json by `npm run contract`: change trackside/contract instead.

export interface Contract {
  About: About;
  AnnotateRequest: AnnotateRequest;
  Annotations: Annotations;
  ArtifactFact: ArtifactFact;
  CardMetric: CardMetric;
  CardParam: CardParam;
  CardStep: CardStep;
  CellDiff: CellDiff;
  CellShown: CellShown;
  CellsFact: CellsFact;
  Change: Change;
  Changed: Changed;
  CheckResult: CheckResult;
  Choices: Choices;
  Cleaned: Cleaned;
  CleanedObject: CleanedObject;
  CleanedRestore: CleanedRestore;
  CleanedRun: CleanedRun;
  CodeDiff: CodeDiff;
  ColumnFact: ColumnFact;
  ComparedRun: ComparedRun;
  Comparison: Comparison;
  Curve: Curve;
  Curves: Curves;
  Details: Details;
  Done: Done;
  EditorAsked: EditorAsked;
  EditorNotebook: EditorNotebook;
  EndRequest: EndRequest;
  Environment: Environment;
  EnvironmentFact: EnvironmentFact;
  Executed: Executed;
  ExecutedCell: ExecutedCell;
  Experiment: Experiment;
  Failure: Failure;
  FigureFact: FigureFact;
  FileDiff: FileDiff;
  FilesFact: FilesFact;
  Finding: Finding;
  Group: Group;
  Groups: Groups;
  HeldRow: HeldRow;
  HeldRun: HeldRun;
  HeldRuns: HeldRuns;
  InputFact: InputFact;
  InputRow: InputRow;
  LargeFiles: LargeFiles;
  Listing: Listing;
  MergeConflict: MergeConflict;
  MetricCell: MetricCell;
  MetricFact: MetricFact;
  MetricRow: MetricRow;
  NotCaptured: NotCaptured;
  OrderFact: OrderFact;
  OutputShown: OutputShown;
  Page: Page;
  ParamFact: ParamFact;
  ParamRow: ParamRow;
  Person: Person;
  Place: Place;
  PromotePreview: PromotePreview;
  PromoteRequest: PromoteRequest;
  Promoted: Promoted;
  PromotedRequest: PromotedRequest;
  PromotionHook: PromotionHook;
  PromotionMerge: PromotionMerge;
  PromotionRemote: PromotionRemote;
  PullRunsRequest: PullRunsRequest;
  PushRunsRequest: PushRunsRequest;
  Record: Record;
  Remotes: Remotes;
  RenameRequest: RenameRequest;
  Report: Report;
  ReportCell: ReportCell;
  ReportCurve: ReportCurve;
  ReportFact: ReportFact;
  ReportFile: ReportFile;
  ReportInput: ReportInput;
  ReportMetric: ReportMetric;
  ReportNotice: ReportNotice;
  ReportPackage: ReportPackage;
  ReportParam: ReportParam;
  ReportSide: ReportSide;
  ReportVerdict: ReportVerdict;
  RuleOutcome: RuleOutcome;
  RunCard: RunCard;
  RunReport: RunReport;
  RunRow: RunRow;
  RunsRequest: RunsRequest;
  SeenRequest: SeenRequest;
  SeriesPoint: SeriesPoint;
  Shared: Shared;
  SharingRemote: SharingRemote;
  Spread: Spread;
  Storage: Storage;
  StorageCache: StorageCache;
  StoragePart: StoragePart;
  StoragePath: StoragePath;
  StorageRun: StorageRun;
  Task: Task;
  TextRow: TextRow;
  Trash: Trash;
  TrashRow: TrashRow;
  WarningFact: WarningFact;
}
/**
 * Who answers: the versions of Trackside and of Git (null when it is missing).
 */
export interface About {
  format: number;
  git: string | null;
  version: string;
}
/**
 * One change for several runs.
 */
export interface AnnotateRequest {
  change: Change;
  runs: string[];
}
/**
 * What to note on experiments; what is left out stays as it is. `tags` replaces all of them.
 */
export interface Change {
  archived?: boolean;
  note?: string;
  star?: boolean;
  tags?: string[];
}
/**
 * What people said of an experiment afterwards; `alias` is the name it was given last, in whatever clone.
 */
export interface Annotations {
  alias: string | null;
  archived: boolean;
  note: string;
  promoted: string | null;
  star: boolean;
  tags: string[];
}
/**
 * One file kept with the run: where its bytes are, or the reason they are not.
 */
export interface ArtifactFact {
  files?: number;
  md5: string | null;
  path: string;
  reason?: string;
  size: number;
  stored: 'git' | 'dvc' | 'local' | 'none';
}
/**
 * One metric on the card; `against` and `delta` speak of the baseline run, null where it has no finite value.
 */
export interface CardMetric {
  against: number | null;
  count: number;
  delta: number | null;
  direction: 'higher' | 'lower' | 'unknown';
  last: number | ('NaN' | 'Infinity' | '-Infinity');
  name: string;
  origin: 'explicit' | 'declared' | 'parameters-cell' | 'auto' | 'printed';
  spark: (number | null)[];
  verdict: 'better' | 'worse' | 'same' | 'unknown';
}
/**
 * One parameter on the card; `was` is its value in the previous run, null when `change` is "added".
 */
export interface CardParam {
  change: 'only' | 'added' | 'changed' | 'removed';
  name: string;
  value: boolean | number | string | (boolean | number | string | null)[] | null;
  was: boolean | number | string | (boolean | number | string | null)[] | null;
}
/**
 * Something to do next: a command and what it does.
 */
export interface CardStep {
  command: string;
  does: string;
}
/**
 * One cell of a notebook on both sides, outputs left out; `before` and `after` count from 1, null where absent.
 */
export interface CellDiff {
  after: number | null;
  before: number | null;
  change: 'same' | 'changed' | 'added' | 'removed';
  diff: string;
  kind: string;
}
/**
 * One executed cell in `show --json`; `id` is the notebook's own, known while the run is open.
 */
export interface CellShown {
  cell: number;
  count: number | null;
  id?: string | null;
  ok: boolean | null;
  source: string;
}
/**
 * How many cells ran, and how many of them failed.
 */
export interface CellsFact {
  executed: number;
  failed: number;
}
/**
 * Event: something of a place changed; refetch. `runs` are the open ones that moved, empty when refs did.
 *
 * `asked`: what kernels ask of the open editors of their runs. One question may come more than once.
 */
export interface Changed {
  asked?: EditorAsked[];
  place: string;
  revision: string;
  runs: string[];
  what: ('runs' | 'open' | 'tasks')[];
}
/**
 * A kernel asks its front end to hand over the open editor's notebook for this run now.
 *
 * It comes as the message of a comm, or with a `Changed` where a front end sees no comms.
 *
 * At "next" the run ends because the next one starts: the notebook as it was before the cells that run now.
 */
export interface EditorAsked {
  ask: 'notebook';
  at?: 'start' | 'end' | 'next';
  run: string;
}
/**
 * `check --json`: a run held to the rules of `trackside.toml`; `failed` when the gate stays shut.
 */
export interface CheckResult {
  base: string;
  failed: boolean;
  format: number;
  outcomes: RuleOutcome[];
  run: string;
}
/**
 * One rule that was looked at; "skipped" where there is nothing it could be held against.
 */
export interface RuleOutcome {
  result: 'ok' | 'failed' | 'skipped';
  rule: string;
  said: string;
}
/**
 * What a person chose for one project, kept in the clone; free in form, at most 64 kB of JSON.
 */
export interface Choices {
  choices: {
    [k: string]: unknown;
  };
  format: number;
}
/**
 * `gc --json`: what was removed (`done`), or what would be; `problem` says why no large file was judged
 * (then `caches` is empty), or why not all that are needless could be removed.
 */
export interface Cleaned {
  caches: StorageCache[];
  done: boolean;
  files: CleanedObject[];
  format: number;
  indexed: number;
  journals: number;
  problem: string | null;
  pulls: number;
  restores: CleanedRestore[];
  trash: CleanedRun[];
}
/**
 * One cache of large files; `outside` the clone others may use it too.
 *
 * Of what nothing needs, `needless` can go with `trackside gc --force --files`; `young` and `strange` objects (not put
 * there by Trackside) stay. All three are null when that could not be judged.
 */
export interface StorageCache {
  bytes: number;
  folder: string;
  kind: 'own' | 'dvc';
  needless: number | null;
  objects: number;
  outside: boolean;
  strange: number | null;
  young: number | null;
}
/**
 * An object of a cache; `path` is the file it is of, "" when nobody knows.
 */
export interface CleanedObject {
  bytes: number;
  folder: string;
  oid: string;
  path: string;
}
/**
 * What a restore kept of the work tree, past its time.
 */
export interface CleanedRestore {
  bytes: number;
  folder: string;
  restored: number;
  run: string;
}
/**
 * A run in the trash, past its time.
 */
export interface CleanedRun {
  deleted: number;
  name: string;
  oid: string;
}
/**
 * `diff --json`: the source files and notebooks that differ between two commits, records left out.
 */
export interface CodeDiff {
  after: string;
  before: string;
  files: FileDiff[];
  format: number;
}
/**
 * One file that differs; `diff` is unified (empty for a binary file), `cells` null unless it is a notebook.
 */
export interface FileDiff {
  binary: boolean;
  cells: CellDiff[] | null;
  change: 'changed' | 'added' | 'removed';
  diff: string;
  path: string;
}
/**
 * A parameter or metric that some of the matching runs have.
 *
 * `same` when all of them agree on it, `value` being what they agree on; `direction` is "unknown" for parameters.
 */
export interface ColumnFact {
  direction: 'higher' | 'lower' | 'unknown';
  kind: 'metric' | 'param';
  name: string;
  runs: number;
  same: boolean;
  value: boolean | number | string | (boolean | number | string | null)[] | null;
}
/**
 * The head of one column in a comparison.
 */
export interface ComparedRun {
  duration: number;
  name: string;
  oid: string | null;
  started: number;
  status: 'open' | 'finished' | 'failed' | 'interrupted';
}
/**
 * `compare --json`: two or more runs side by side, the first being the one compared with.
 */
export interface Comparison {
  facts: TextRow[];
  format: number;
  inputs: InputRow[];
  metrics: MetricRow[];
  packages: TextRow[];
  params: ParamRow[];
  runs: ComparedRun[];
}
/**
 * A fact or package over the compared runs.
 */
export interface TextRow {
  differs: boolean;
  name: string;
  values: (string | null)[];
}
/**
 * One input over the compared runs; null where a run did not read it.
 *
 * `differs` when the data is not, or may not be, the same in all; runs whose inputs nobody recorded do not count.
 */
export interface InputRow {
  differs: boolean;
  path: string;
  values: (InputFact | null)[];
}
/**
 * One file or folder the run read, and in which version; `path` counts from the top of the repository.
 *
 * `version` is the id of Git's blob or tree (of a submodule its commit), or DVC's hash, or for an untracked file its
 * MD5; null where nobody knows. `seen` inputs were named in executed cells, and are always tracked.
 * `changed`: "during" the run, from the version `before`; "since-dvc" when the file was not what DVC has;
 * "not-captured" when it was not what the experiment's tree holds. `files` counts those of a folder.
 */
export interface InputFact {
  before?: string;
  changed?: 'during' | 'since-dvc' | 'not-captured';
  files?: number;
  kind: 'git' | 'dvc' | 'untracked';
  origin: 'declared' | 'seen';
  path: string;
  size: number | null;
  version: string | null;
}
/**
 * One metric over the compared runs; `deltas` against the first run, `best` the index of the best value.
 */
export interface MetricRow {
  best: number | null;
  deltas: (number | null)[];
  differs: boolean;
  direction: 'higher' | 'lower' | 'unknown';
  name: string;
  values: (number | ('NaN' | 'Infinity' | '-Infinity') | null)[];
}
/**
 * One parameter over the compared runs; null where a run has none; `differs` when not the same in all.
 */
export interface ParamRow {
  box: 'params' | 'data' | 'other';
  differs: boolean;
  name: string;
  present: boolean[];
  values: (boolean | number | string | (boolean | number | string | null)[] | null)[];
}
/**
 * One metric of one run, thinned to the number of points asked for; `total` is how many were logged.
 */
export interface Curve {
  metric: string;
  points: SeriesPoint[];
  run: string;
  total: number;
}
/**
 * One point of a curve; `t` is seconds since the run started, when known.
 */
export interface SeriesPoint {
  step: number;
  t: number | null;
  value: number | ('NaN' | 'Infinity' | '-Infinity');
}
/**
 * Curves of several runs and metrics.
 */
export interface Curves {
  curves: Curve[];
  format: number;
}
/**
 * `show --json`: one experiment with its curves and the files of its tree that it changed.
 */
export interface Details {
  cells: CellShown[];
  experiment: Experiment;
  format: number;
  series: {
    [k: string]: SeriesPoint[];
  };
}
/**
 * One row: an experiment, or an open run (`source` "journal", `oid` null).
 *
 * `problem` says in a sentence what could not be read; the facts are then those that could.
 */
export interface Experiment {
  annotations: Annotations;
  name: string;
  oid: string | null;
  problem: string | null;
  record: Record;
  ref: string | null;
  source: 'trackside' | 'dvc' | 'journal';
}
/**
 * `.trackside/run.json`: everything a table needs of one run.
 */
export interface Record {
  artifacts: ArtifactFact[];
  author: Person;
  baseline: string;
  branch: string | null;
  cells: CellsFact;
  code?: string;
  derived_from: string | null;
  duration: number;
  ended: number;
  environment: EnvironmentFact | null;
  figures: FigureFact[];
  files: FilesFact;
  format: number;
  frontend: string;
  inputs?: InputFact[];
  metrics: {
    [k: string]: MetricFact;
  };
  name: string;
  note: string;
  notebook: string | null;
  order: OrderFact[];
  params: {
    [k: string]: ParamFact;
  };
  run: string;
  started: number;
  status: 'open' | 'finished' | 'failed' | 'interrupted';
  tags: string[];
  title: string;
  warnings: WarningFact[];
}
/**
 * Who ran it; `fallback` when Git knows no identity here.
 */
export interface Person {
  email: string;
  fallback: boolean;
  name: string;
}
/**
 * What it ran on; `digest` is equal for equal environments.
 */
export interface EnvironmentFact {
  cpu: string;
  digest: string;
  gpu: string;
  packages: number;
  platform: string;
  python: string;
}
/**
 * One figure as an image file in the experiment; `cell` is the executed cell that showed it.
 */
export interface FigureFact {
  cell: number | null;
  mime: string;
  name: string;
  path: string;
  size: number;
  step: number | null;
}
/**
 * Source files against the baseline commit; `changed_during` moved while the run was open.
 */
export interface FilesFact {
  added: string[];
  changed: string[];
  changed_during: string[];
  deleted: string[];
  not_captured: NotCaptured[];
}
/**
 * A path that is not in the experiment, and why.
 */
export interface NotCaptured {
  path: string;
  reason: string;
}
/**
 * One metric; `spark` holds at most 48 values, null where not finite.
 */
export interface MetricFact {
  count: number;
  direction: 'higher' | 'lower' | 'unknown';
  last: number | ('NaN' | 'Infinity' | '-Infinity');
  max: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  min: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  origin: 'explicit' | 'declared' | 'parameters-cell' | 'auto' | 'printed';
  spark: (number | null)[];
  step: number;
}
/**
 * A flag about the order or the life of cells; `fact` is neutral, `warning` matters in review.
 */
export interface OrderFact {
  cell: number | null;
  kind: 'out-of-order' | 'edited' | 'deleted' | 'hidden-state' | 'count-gap';
  level: 'fact' | 'warning';
  message: string;
  names: string[];
}
/**
 * One parameter; `values` holds what it was over the run when it varied, `rule` how it was found.
 */
export interface ParamFact {
  box: 'params' | 'data' | 'other';
  origin: 'explicit' | 'declared' | 'parameters-cell' | 'auto' | 'printed';
  rule?: string;
  type: string;
  value: boolean | number | string | (boolean | number | string | null)[] | null;
  values?: (boolean | number | string | (boolean | number | string | null)[] | null)[];
}
/**
 * Something a reviewer should know; `code` is stable.
 */
export interface WarningFact {
  code: string;
  hint: string;
  message: string;
}
/**
 * What an action did: the names of the runs it changed, and a sentence.
 */
export interface Done {
  format: number;
  message: string;
  names: string[];
}
/**
 * The notebook as the editor holds it, outputs and unsaved edits included, for the journal of an open run.
 *
 * `content` is the notebook, or the text of the file as the editor itself would save it.
 */
export interface EditorNotebook {
  content:
    | {
        [k: string]: unknown;
      }
    | string;
  path: string;
  run: string;
}
/**
 * Ask the kernel of an open run to end it.
 */
export interface EndRequest {
  discard: boolean;
  run: string;
}
/**
 * What a run ran on, and the exact version of every package.
 */
export interface Environment {
  facts: EnvironmentFact | null;
  format: number;
  packages: {
    [k: string]: string;
  };
}
/**
 * The cells of a run in the order they ran.
 */
export interface Executed {
  cells: ExecutedCell[];
  format: number;
}
/**
 * One cell as executed: its place in the order, its count, its source and what it gave.
 */
export interface ExecutedCell {
  cell: number;
  count: number | null;
  duration: number | null;
  ok: boolean | null;
  outputs: OutputShown[];
  source: string;
  started: number | null;
}
/**
 * One output of an executed cell, as text; `image` is the number to ask for its picture by, null without one.
 */
export interface OutputShown {
  image: number | null;
  kind: 'stdout' | 'stderr' | 'result' | 'display' | 'error';
  text: string;
}
/**
 * Any error, as HTTP and `--json` tell it.
 */
export interface Failure {
  code: string;
  hint: string;
  message: string;
}
/**
 * One thing `doctor` looked at.
 */
export interface Finding {
  check: string;
  hint: string;
  level: 'ok' | 'note' | 'warning' | 'error';
  message: string;
}
/**
 * Runs that agree on what was grouped by; `query` finds them within the page's own query.
 */
export interface Group {
  label: string;
  metrics: {
    [k: string]: Spread;
  };
  newest: number;
  query: string;
  runs: number;
  value: boolean | number | string | (boolean | number | string | null)[] | null;
}
/**
 * A metric over a group: mean, standard deviation (n - 1; null below two values), and how many have it.
 */
export interface Spread {
  count: number;
  mean: number | null;
  sd: number | null;
}
/**
 * The matching runs by one field, parameter or "twins" (identical code and parameters), largest group first.
 */
export interface Groups {
  by: string;
  format: number;
  groups: Group[];
  total: number;
}
/**
 * A run of a remote that is not among the clone's own: why, and its facts where it can be read.
 *
 * `row.id` serves to look at it and for nothing else. `takes` when it can be taken in under another name.
 */
export interface HeldRow {
  remote: string;
  row: RunRow | null;
  run: HeldRun;
  takes: boolean;
}
/**
 * One run in a table. `id` stands for it in requests, also after it is renamed or sealed.
 *
 * `twins` counts the runs of identical code and parameters, itself included; `spark` draws the main metric;
 * `warnings` counts what matters in review; `data` are parameters of the boxes other than "params". `alias` is what
 * somebody calls it elsewhere; `remotes` had it when last asked; `fresh` came by a pull and nobody looked at it yet.
 */
export interface RunRow {
  alias: string | null;
  archived: boolean;
  author: string;
  baseline: string;
  branch: string | null;
  data: {
    [k: string]: boolean | number | string | (boolean | number | string | null)[] | null;
  };
  duration: number;
  email: string;
  fresh: boolean;
  id: string;
  metrics: {
    [k: string]: MetricCell;
  };
  name: string;
  note: string;
  notebook: string | null;
  oid: string | null;
  params: {
    [k: string]: boolean | number | string | (boolean | number | string | null)[] | null;
  };
  problem: string | null;
  promoted: string | null;
  remotes: string[];
  source: 'trackside' | 'dvc' | 'journal';
  spark: (number | null)[];
  star: boolean;
  started: number;
  status: 'open' | 'finished' | 'failed' | 'interrupted';
  tags: string[];
  title: string;
  twins: number;
  warnings: number;
}
/**
 * One metric of a row; `delta` against the baseline run, null where either has no finite value.
 *
 * `verdict` is "noise" when the change is not larger than the spread of runs of identical code and parameters.
 */
export interface MetricCell {
  count: number;
  delta: number | null;
  direction: 'higher' | 'lower' | 'unknown';
  last: number | ('NaN' | 'Infinity' | '-Infinity');
  max: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  min: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  verdict: 'better' | 'worse' | 'same' | 'noise' | 'unknown';
}
/**
 * A run that did not travel, or that stays beside the clone's own, and why.
 *
 * `hint` says what to do, empty where nothing is to be done. `kept` is the ref that keeps it here, null without one.
 */
export interface HeldRun {
  hint: string;
  kept: string | null;
  name: string;
  oid: string;
  why: string;
}
/**
 * What pulls held back, by remote.
 */
export interface HeldRuns {
  format: number;
  rows: HeldRow[];
}
/**
 * What became of the large files: how many moved; the paths of those that did not, why, and what to do.
 */
export interface LargeFiles {
  hint: string;
  missing: string[];
  moved: number;
  why: string;
}
/**
 * `list --json`: experiments in the order asked for; `total` before the limit.
 */
export interface Listing {
  baseline: string | null;
  experiments: Experiment[];
  format: number;
  total: number;
}
/**
 * One file that does not merge; `cells` are numbers of cells in the run, `what` a sentence that names them.
 */
export interface MergeConflict {
  cells: number[];
  path: string;
  what: string;
}
/**
 * Rows `offset`… of the runs that match, in the order asked for.
 *
 * `total` match, `every` are there (archived ones left out unless asked for), `open` of them run now, `archived` are
 * put away. `baseline` is the run others are compared with, `best` the id of the best by `main_metric`. `revision`
 * changes when anything of the place changed. `said`: sentences for the reader, such as a misspelt name in the query.
 * `fresh` counts the runs of the place that came by a pull and nobody looked at, `held` those that pulls held back;
 * `remotes` are those that were asked before.
 */
export interface Page {
  archived: number;
  baseline: RunRow | null;
  best: string | null;
  columns: ColumnFact[];
  every: number;
  format: number;
  fresh: number;
  held: number;
  main_metric: string | null;
  offset: number;
  open: number;
  remotes: string[];
  revision: string;
  rows: RunRow[];
  said: string[];
  total: number;
}
/**
 * The repository around a notebook or folder, or in words why there is none.
 *
 * `id` stands for it in every other request and is the same after a restart; null unless there is a repository.
 * `folder` is its top as a path of the contents service ("" for its root), null when that lies above the root.
 * `me` is the author that commits made here would carry, null when Git knows none.
 */
export interface Place {
  branch: string | null;
  folder: string | null;
  format: number;
  hint: string;
  id: string | null;
  me: Person | null;
  message: string;
  name: string;
  state: 'ready' | 'no-repository' | 'no-git' | 'no-commit' | 'refused';
}
/**
 * What a promotion would do. With `problems` nothing can be promoted; `notes` are worth reading before.
 *
 * `files` differ from the baseline commit, or from `onto` with `update`; `targets` are branches to choose `onto` from.
 * `report` is Markdown, `page` the same as one HTML page that needs nothing else and is only ever shown in a sandbox.
 */
export interface PromotePreview {
  branch: string;
  files: FileDiff[];
  format: number;
  hooks: PromotionHook[];
  merge: PromotionMerge;
  message: string;
  name: string;
  notes: string[];
  onto: string | null;
  page: string;
  problems: Failure[];
  remote: PromotionRemote | null;
  report: string;
  run: string;
  signs: boolean;
  targets: string[];
  title: string;
}
/**
 * A commit hook of the person's own: whether it runs, and if not (or in part) why.
 */
export interface PromotionHook {
  name: string;
  runs: boolean;
  why: string;
}
/**
 * How the branch merges with `onto`: "same" it adds nothing there, "none" there is no branch to merge with.
 */
export interface PromotionMerge {
  conflicts: MergeConflict[];
  state: 'same' | 'clean' | 'conflicts' | 'unrelated' | 'none';
}
/**
 * Where the branch would be pushed; `address` carries no password, `forge` null until known.
 *
 * `requests` is false where nothing can take one: a folder, a plain Git server.
 */
export interface PromotionRemote {
  address: string;
  forge: ('github' | 'gitlab' | 'bitbucket-cloud' | 'bitbucket-server' | 'gitea') | null;
  name: string;
  requests: boolean;
}
/**
 * What is asked of a promotion; an empty text, and what is left out, takes what the preview offers.
 *
 * `update` merges `onto` into the branch; `sign` null signs as Git is configured; `request` means `push` too.
 */
export interface PromoteRequest {
  branch: string;
  draft?: boolean;
  hooks?: boolean;
  onto?: string;
  outputs?: 'strip' | 'keep';
  push?: boolean;
  remote?: string;
  request?: boolean;
  run: string;
  sign?: boolean | null;
  title?: string;
  update?: boolean;
}
/**
 * The branch that was made, its commit, the remote it was pushed to, and the request; `url` is the request's.
 */
export interface Promoted {
  branch: string;
  notes: string[];
  oid: string;
  pushed: string | null;
  request: PromotedRequest | null;
  url: string | null;
}
/**
 * A pull or merge request: its address, or the one to open it at when `state` is "offered"; by which way.
 */
export interface PromotedRequest {
  rung: 'link' | 'prefilled' | 'push-options' | 'api';
  state: 'offered' | 'created' | 'updated' | 'found';
  url: string | null;
}
/**
 * What is asked of a pull; "" is the usual remote, and what is left out: all runs, their large files too.
 *
 * `runs` are names or commit ids of the remote, and with them `which` says nothing; with `name` the one run is called
 * so here. `quiet`: nobody asked for it just now, so that it gives way to one that runs already.
 */
export interface PullRunsRequest {
  files?: boolean;
  name?: string;
  quiet?: boolean;
  remote: string;
  runs?: string[];
  which?: 'all' | 'mine' | 'starred';
}
/**
 * What is asked of a push; "" is the usual remote, and what is left out: all runs, their large files too.
 *
 * `runs` are handles; with them `which` says nothing.
 */
export interface PushRunsRequest {
  files?: boolean;
  remote: string;
  runs?: string[];
  which?: 'all' | 'mine' | 'starred';
}
/**
 * Where runs can be shared; without a usual one a remote must be named.
 */
export interface Remotes {
  format: number;
  remotes: SharingRemote[];
}
/**
 * A remote of the clone; `address` carries no user name and no password.
 *
 * `seen` is when its runs were last listed (unix seconds) and `runs` how many it had, null before that.
 */
export interface SharingRemote {
  address: string;
  name: string;
  runs: number | null;
  seen: number | null;
  usual: boolean;
}
/**
 * A new name for a run.
 */
export interface RenameRequest {
  name: string;
  run: string;
}
/**
 * `doctor --json`.
 */
export interface Report {
  findings: Finding[];
  format: number;
}
/**
 * One cell of a notebook that differs; `number` is its place in the newer notebook, or in the older if removed.
 */
export interface ReportCell {
  change: string;
  diff: string;
  kind: string;
  number: number;
}
/**
 * The curve of a metric on both sides as [step, value], finite points in the order of steps.
 */
export interface ReportCurve {
  after: (number | ('NaN' | 'Infinity' | '-Infinity'))[][];
  before: (number | ('NaN' | 'Infinity' | '-Infinity'))[][];
  name: string;
}
/**
 * One part of whether the run can be repeated; `ok` null where nobody knows.
 */
export interface ReportFact {
  name: string;
  ok: boolean | null;
  said: string;
}
/**
 * One file that differs; `cells` is null unless it is a notebook, `diff` is empty then.
 */
export interface ReportFile {
  cells: ReportCell[] | null;
  change: string;
  diff: string;
  is_binary: boolean;
  path: string;
}
/**
 * One input that is not surely the same on both sides, its versions worded; null on a side that did not read it.
 */
export interface ReportInput {
  after: string | null;
  before: string | null;
  path: string;
}
/**
 * One metric on both sides; `share` is the change over the size of the base's value, `spread` what is noise.
 */
export interface ReportMetric {
  after: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  before: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  change: 'better' | 'worse' | 'same' | 'noise' | 'unknown' | 'new' | 'gone';
  delta: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  direction: 'higher' | 'lower' | 'unknown';
  name: string;
  share: number | ('NaN' | 'Infinity' | '-Infinity') | null;
  spread: number | ('NaN' | 'Infinity' | '-Infinity') | null;
}
/**
 * Something a reviewer should know.
 */
export interface ReportNotice {
  hint: string;
  message: string;
}
/**
 * An installed package whose version differs; null on a side that has it not.
 */
export interface ReportPackage {
  after: string | null;
  before: string | null;
  name: string;
}
/**
 * One parameter, its values worded; null on a side that has it not; `is_data` when it names data.
 */
export interface ReportParam {
  after: string | null;
  before: string | null;
  differs: boolean;
  is_data: boolean;
  name: string;
}
/**
 * One of the two runs: `asked` is how it was named, `commit` where its record was read; `alike` counts twins.
 */
export interface ReportSide {
  alike: number;
  asked: string;
  author: string;
  commit: string;
  duration: number;
  is_experiment: boolean;
  name: string;
  notebook: string | null;
  started: number;
  status: string;
  title: string;
}
/**
 * What the change comes to: a word, one sentence, and reasons or limits as further sentences.
 */
export interface ReportVerdict {
  judgement: 'better' | 'worse' | 'mixed' | 'noise' | 'same' | 'unclear' | 'not-comparable' | 'no-data';
  reasons: string[];
  sentence: string;
}
/**
 * `application/vnd.trackside.run+json`: what the card of one run shows, cut to fit; `more` counts the rest.
 */
export interface RunCard {
  artifacts: number;
  baseline: string | null;
  branch: string | null;
  cells: CellsFact;
  changed_inputs?: string[];
  duration: number;
  figures: number;
  format: number;
  hint: string;
  inputs?: number;
  metrics: CardMetric[];
  more: {
    [k: string]: number;
  };
  name: string;
  next: CardStep[];
  notebook: string | null;
  oid: string | null;
  params: CardParam[];
  previous: string | null;
  run: string;
  same_params: number;
  sentence: string;
  started: number;
  state: 'open' | 'sealing' | 'sealed' | 'kept' | 'discarded';
  status: 'open' | 'finished' | 'failed' | 'interrupted';
  title: string;
  warnings: WarningFact[];
}
/**
 * `report --json`: a run against its base. `metrics` begin with the main one; `compared` names what code was.
 */
export interface RunReport {
  base: ReportSide | null;
  base_asked: string;
  commands: string[];
  compared: string;
  curves: ReportCurve[];
  data: ReportInput[];
  files: ReportFile[];
  format: number;
  main: string | null;
  marker: string;
  metrics: ReportMetric[];
  notices: ReportNotice[];
  packages: ReportPackage[];
  params: ReportParam[];
  repeatable: ReportFact[];
  run: ReportSide;
  updated: boolean;
  verdict: ReportVerdict;
}
/**
 * Runs to act on.
 */
export interface RunsRequest {
  runs: string[];
}
/**
 * Runs that were looked at, so that they are new no more; an empty list is all of them.
 */
export interface SeenRequest {
  runs: string[];
}
/**
 * `push --json`, `pull --json`: what a push or pull did.
 *
 * `moved` are names of runs that arrived, `same` counts those that were there already. `annotations`: "moved" as they
 * are, "merged" with others', "refused" damaged.
 */
export interface Shared {
  annotations: 'same' | 'moved' | 'merged' | 'refused';
  files: LargeFiles;
  format: number;
  held: HeldRun[];
  message: string;
  moved: string[];
  notes: string[];
  remote: string;
  same: number;
  way: 'push' | 'pull';
}
/**
 * `storage --json`: runs and paths with the largest first, cut at the limit; `problem` says what was not judged.
 */
export interface Storage {
  bytes: number;
  caches: StorageCache[];
  format: number;
  parts: StoragePart[];
  paths: StoragePath[];
  problem: string | null;
  runs: StorageRun[];
  total_paths: number;
  total_runs: number;
}
/**
 * One kind of what runs leave in a clone, caches apart; `where` is a folder or the beginning of refs.
 *
 * Of Git's objects those count that no branch, tag or other ref holds too.
 */
export interface StoragePart {
  bytes: number;
  kind: 'experiments' | 'trash' | 'journals' | 'index' | 'restores';
  things: number;
  where: string;
}
/**
 * The large files of all runs at one path: how many different contents, of how many runs.
 */
export interface StoragePath {
  bytes: number;
  path: string;
  runs: number;
  versions: number;
}
/**
 * One run: what of Git and of large files would be free if it alone were deleted, what it shares with others, and
 * how many of its large files are not in this clone. `id` is its handle in a panel, a `RunRow.id`.
 */
export interface StorageRun {
  files: number;
  git: number;
  id: string;
  missing: number;
  name: string;
  oid: string;
  shared: number;
}
/**
 * Long work on the server. `progress` from 0 to 1, null when nobody knows; `error` when `state` is "failed".
 */
export interface Task {
  error: Failure | null;
  format: number;
  id: string;
  kind: 'promote' | 'recover' | 'export' | 'push' | 'pull' | 'storage';
  message: string;
  progress: number | null;
  result: Promoted | Shared | Storage | Done | null;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
}
/**
 * Deleted runs, the last deleted first.
 */
export interface Trash {
  format: number;
  runs: TrashRow[];
}
/**
 * A deleted run that can be brought back by its name; `deleted` in unix seconds.
 */
export interface TrashRow {
  deleted: number;
  name: string;
  oid: string;
}

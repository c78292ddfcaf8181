// A dashboard as the classic JSON has it, with no room for anything that Grafana does not
// know: its own generated types, joined into one union over the kinds of panels.
//
// Grafana's types leave options and queries open, and have enums where JSON has strings.
import type {
  DashboardLink,
  GraphFieldConfig,
  GridPos,
  TableFieldOptions,
} from '@grafana/schema';
import type {
  AnnotationQuery,
  Dashboard,
  FieldConfig,
  Panel,
  VariableModel,
} from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen';
import type { Options as BarGauge } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as Gauge } from '@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen';
import type { Options as Heatmap, FieldConfig as HeatmapField } from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as StateTimeline, FieldConfig as StateField } from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as Table } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as Text } from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type { Options as TimeSeries } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** What an enum is in JSON. */
type AsJson<T> =
  T extends string ? (string extends T ? T : `${T}`)
  : T extends number ? (number extends T ? T : `${T}` extends `${infer N extends number}` ? N : T)
  : T extends (infer Item)[] ? AsJson<Item>[]
  : T extends object ? { [Key in keyof T]: AsJson<T[Key]> }
  : T;

interface Query {
  refId: string;
  expr: string;
  datasource: { type: 'prometheus'; uid: '${datasource}' };
  editorMode: 'code' | 'builder';
  format?: 'time_series' | 'table' | 'heatmap';
  instant: boolean;
  legendFormat: string;
  range: boolean;
}

interface AlertList {
  alertInstanceLabelFilter: string;
  alertName: string;
  dashboardAlerts: boolean;
  groupBy: string[];
  groupMode: 'default' | 'custom';
  maxItems: number;
  sortOrder: 1 | 2 | 3 | 4 | 5;
  stateFilter: Record<'error' | 'firing' | 'noData' | 'normal' | 'pending', boolean>;
  viewMode: 'list' | 'stat';
}

/** Properties of overrides, with their values. */
type Property<Custom> =
  | { [Key in 'color' | 'decimals' | 'mappings' | 'thresholds' | 'unit']: { id: Key; value: AsJson<FieldConfig>[Key] } }['color' | 'decimals' | 'mappings' | 'thresholds' | 'unit']
  | { [Key in keyof Custom & string]: { id: `custom.${Key}`; value: AsJson<Custom[Key]> } }[keyof Custom & string];

interface Fields<Custom> {
  defaults: AsJson<Omit<FieldConfig, 'custom' | 'links'>> & { custom: AsJson<Partial<Custom>> };
  overrides: { matcher: { id: 'byName' | 'byRegexp' | 'byFrameRefID'; options: string }; properties: Property<Custom>[] }[];
}

type Common = AsJson<Omit<Panel, 'type' | 'options' | 'targets' | 'fieldConfig' | 'id' | 'gridPos'>> & { id: number; gridPos: GridPos };
type Of<Kind extends string, Options, Custom> = Common & { type: Kind; options: AsJson<Options>; fieldConfig: Fields<Custom>; targets: Query[] };
type Nothing = Record<string, never>;

type AnyPanel =
  | Of<'timeseries', TimeSeries, GraphFieldConfig>
  | Of<'stat', Stat, Nothing>
  | Of<'gauge', Gauge, Nothing>
  | Of<'bargauge', BarGauge, Nothing>
  | Of<'table', Table, TableFieldOptions>
  | Of<'heatmap', Heatmap, HeatmapField>
  | Of<'state-timeline', StateTimeline, StateField>
  | (Common & { type: 'text'; options: AsJson<Text> })
  | (Common & { type: 'alertlist'; options: AlertList });

interface Row {
  type: 'row';
  id: number;
  title: string;
  collapsed: boolean;
  gridPos: GridPos;
  panels: AnyPanel[];
  repeat?: string;
}

type Annotation = AsJson<Omit<AnnotationQuery, 'target'>> & {
  expr?: string;
  tagKeys?: string;
  textFormat?: string;
  titleFormat?: string;
  useValueForTime?: boolean;
};

type Variable = AsJson<Omit<VariableModel, 'query' | 'current' | 'options'>> & {
  current: Nothing | { selected: boolean; text: string | string[]; value: string | string[] };
  definition?: string;
  options: [];
  query: string | { qryType: number; query: string; refId: string };
};

export type Checked = AsJson<Omit<Dashboard, 'panels' | 'annotations' | 'templating' | 'links'>> & {
  annotations: { list: Annotation[] };
  links: AsJson<DashboardLink>[];
  panels: (AnyPanel | Row)[];
  templating: { list: Variable[] };
  uid: string;
};

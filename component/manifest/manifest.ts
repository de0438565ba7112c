/** The parts of the custom elements manifest that are used here; see https://github.com/webcomponents/custom-elements-manifest. */

export interface Manifest {
  modules: { path: string; declarations: Declaration[] }[];
}

export interface Declaration extends Described {
  tagName?: string;
  attributes?: Attribute[];
  members?: Member[];
  events?: Event[];
  slots?: Described[];
  cssParts?: Described[];
  cssProperties?: Described[];
  cssStates?: Described[];
}

export interface Described {
  name: string;
  description?: string;
}

export interface Attribute extends Described {
  /** The property that it sets. */
  fieldName?: string;
  type?: { text: string };
}

export interface Member extends Described {
  kind: string;
  privacy?: string;
  static?: boolean;
  readonly?: boolean;
  attribute?: string;
}

export interface Event extends Partial<Described> {
  /** Its class. */
  type?: { text: string };
}

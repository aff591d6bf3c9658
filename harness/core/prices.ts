/** What the models of a deployment cost, in thousand-millionths of a dollar for one token. */
export interface PriceTable {
  readonly version: string;
  /** The model whose prices hold for every other one; without it, such a model costs nothing. */
  readonly fallback?: string | undefined;
  readonly models: Readonly<Record<string, ModelPrices>>;
}

export interface ModelPrices {
  readonly input_nusd: number;
  readonly output_nusd: number;
}

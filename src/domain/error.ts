export type ErrorInfo = { readonly exit: 1 | 2 | 3 | 5 | 6; readonly means: string; readonly next: string }

/** Every error a person can meet. 1xxx input, 2xxx configuration and policies, 3xxx Prometheus, 4xxx Git and forges, 5xxx rendering, 6xxx clusters, 7xxx models outside, 9xxx ours. */
export const ERRORS = {
  'KIN-1001': {
    exit: 2,
    means: 'The command line is not understood.',
    next: 'Run the verb with --help: its examples come first.',
  },
  'KIN-1002': {
    exit: 1,
    means: 'A file or folder that was named cannot be read.',
    next: 'Check the path and its permissions.',
  },
  'KIN-1003': {
    exit: 1,
    means: 'A manifest is not valid YAML or not what was expected.',
    next: 'Mend it at the place that the message names.',
  },
  'KIN-1004': {
    exit: 2,
    means: 'A code or reason is not known.',
    next: 'kintsugi explain without an argument lists all of them.',
  },
  'KIN-1005': {
    exit: 1,
    means: 'A series of samples cannot be read.',
    next: 'Write a line per sample, timestamp,value[,label]: seconds, milliseconds or ISO 8601, and a number or nothing.',
  },
  'KIN-1006': {
    exit: 1,
    means: 'A recording of answers cannot be read, or does not hold what is asked.',
    next: 'Make one with kintsugi backtest --record DIR that reaches as far, with the same flags.',
  },
  'KIN-2001': {
    exit: 5,
    means: 'The operator configuration is not valid.',
    next: 'Mend it at the line and column that the message names.',
  },
  'KIN-2002': {
    exit: 5,
    means: 'A policy is not valid.',
    next: 'Mend it at the line and column that the message names; kintsugi policy validate checks it.',
  },
  'KIN-3001': { exit: 6, means: 'Prometheus cannot be reached.', next: 'Check the URL, the network and the CA file.' },
  'KIN-3002': {
    exit: 6,
    means: 'Prometheus did not answer in time.',
    next: 'Check its load, or read a shorter range.',
  },
  'KIN-3003': {
    exit: 6,
    means: 'Prometheus refused the request.',
    next: 'Check the token file and the rights of its account.',
  },
  'KIN-3004': {
    exit: 6,
    means: 'The answer is not one that Prometheus gives.',
    next: 'Check that the URL is the root of a Prometheus API and not a login page.',
  },
  'KIN-3005': {
    exit: 2,
    means: 'Prometheus does not understand the query, or cannot compute it.',
    next: 'Mend what the message names; the graph page of Prometheus shows whether a query is one.',
  },
  'KIN-3006': {
    exit: 1,
    means: 'There are no samples in the range.',
    next: 'Check the query and the range: metrics may have other names there, or begin later.',
  },
  'KIN-4001': { exit: 1, means: 'git failed.', next: 'The message quotes it.' },
  'KIN-4002': {
    exit: 1,
    means: 'The repository is not a bare Git repository, or cannot be read.',
    next: 'Make one with git clone --bare.',
  },
  'KIN-4003': { exit: 6, means: 'The forge cannot be reached.', next: 'Check the network and the credentials.' },
  'KIN-4004': {
    exit: 1,
    means: 'A ref was changed by another writer again and again.',
    next: 'Try again; see who writes to it.',
  },
  'KIN-4005': {
    exit: 6,
    means: 'The forge does not show the repository, or does not let the app write there.',
    next: 'See that it exists, that it is not archived, and that the app is installed there with the permissions of app.yml.',
  },
  'KIN-4006': {
    exit: 6,
    means: "The forge's limits do not allow the request yet.",
    next: 'Nothing: it is made when they do. The message says when.',
  },
  'KIN-4007': {
    exit: 6,
    means: 'The forge does not take the credentials, or the App is not installed for the repository.',
    next: 'Check the App id, its key, where it is installed, and the clock.',
  },
  'KIN-4008': {
    exit: 6,
    means: 'The forge answered in a form that is not understood.',
    next: 'Check that the address is that of its API; else report it with the message.',
  },
  'KIN-5001': {
    exit: 1,
    means: 'A renderer could not be started.',
    next: 'Check that the tool is there and may be run.',
  },
  'KIN-6001': {
    exit: 6,
    means: 'The API of a cluster cannot be reached.',
    next: 'Check the network, and the kubeconfig or the service account.',
  },
  'KIN-6002': {
    exit: 6,
    means: 'The API of a cluster refused a question, or answered with something else.',
    next: 'Check the rights of the service account: the role of charts/kintsugi has them all.',
  },
  'KIN-7001': {
    exit: 6,
    means: 'A model outside cannot be reached.',
    next: 'Check its URL, the network and the CA file. Until then it abstains.',
  },
  'KIN-7002': {
    exit: 6,
    means: 'A model outside did not answer in time.',
    next: 'Check its load, or give it a longer timeout in detection.kserve. Until then it abstains.',
  },
  'KIN-7003': {
    exit: 6,
    means: 'A model outside refused the request.',
    next: 'Check the token file and the rights of its account. Until then it abstains.',
  },
  'KIN-7004': {
    exit: 6,
    means: 'The answer is not one that a KServe V1 model for anomalies gives.',
    next: 'Check url, model and features: one prediction for each row is needed, 1 for normal and -1 for an anomaly.',
  },
  'KIN-9001': {
    exit: 1,
    means: 'An invariant of Kintsugi does not hold.',
    next: 'Report it, with the output of kintsugi version.',
  },
} as const satisfies Readonly<Record<string, ErrorInfo>>

export type ErrorCode = keyof typeof ERRORS

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(ERRORS, value)
}

/** Where in a file something is wrong. Lines and columns count from 1. */
export type FilePosition = { readonly file: string; readonly line: number; readonly column: number }

/** What the world does to us. Expected outcomes are values, never this. */
export class KintsugiError extends Error {
  override readonly name = 'KintsugiError'
  readonly code: ErrorCode
  readonly at: FilePosition | undefined
  readonly retryable: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: { at?: FilePosition; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.at = options.at
    this.retryable = options.retryable ?? false
  }
}

/** `policies/cart.yaml:7:3: KIN-2002 ...`: one line, the place first, as compilers write it. */
export function formatError(error: KintsugiError): string {
  const place = error.at === undefined ? '' : `${error.at.file}:${error.at.line}:${error.at.column}: `
  return `${place}${error.code} ${error.message}`
}

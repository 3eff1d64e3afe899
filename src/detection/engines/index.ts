export { type ArimaLibrary, arimaEngine } from './arima.ts'
export { type ProphetLibrary, prophetEngine } from './prophet.ts'
